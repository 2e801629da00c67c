using System.Text.Json;

namespace PieService.Golden;

/// <summary>
/// Small files in the forms that evaluation tools write, in the folder of PIE_SAMPLES, with what they say in
/// expected.json. Tests enumerate its files, so they can also test another folder of the same layout. If there is no
/// folder, they are skipped with the reason.
/// </summary>
internal static class SampleFolder
{
    private const string Setting = "PIE_SAMPLES";

    /// <summary>The only case of a theory if there are no files: <see cref="Path"/> then skips the test.</summary>
    private const string Absent = "absent";

    private static readonly string Root = System.IO.Path.GetFullPath(
        Environment.GetEnvironmentVariable(Setting) is { Length: > 0 } given
            ? given : System.IO.Path.Combine(GoldenFolder.RepositoryRoot(), "..", "shared", "samples"));

    /// <summary>The files that match a pattern in a folder and those below it: paths in the samples.</summary>
    public static TheoryData<string> Cases(string folder, string pattern) =>
        [.. Files(folder, pattern).DefaultIfEmpty(System.IO.Path.Combine(folder, Absent))];

    public static IReadOnlyList<string> Files(string folder, string pattern)
    {
        var path = System.IO.Path.Combine(Root, folder);
        return Directory.Exists(path)
            ? [.. Directory.GetFiles(path, pattern, SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Select(file => System.IO.Path.GetRelativePath(Root, file))]
            : [];
    }

    /// <summary>The full path of a file; the calling test is skipped if it does not exist.</summary>
    public static string Path(string file)
    {
        var path = System.IO.Path.Combine(Root, file);
        Assert.SkipUnless(File.Exists(path), $"There are no samples at {path}; set {Setting} to their folder.");
        return path;
    }

    public static JsonElement Expected(string section) =>
        JsonDocument.Parse(File.ReadAllBytes(Path("expected.json"))).RootElement.GetProperty(section);
}
