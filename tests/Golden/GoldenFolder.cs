using System.Text.Json;

namespace PieService.Golden;

/// <summary>
/// The reference values of the published code, in the folder of PIE_GOLDEN. Tests enumerate its files, so they can also
/// test another folder of the same layout. If there is no folder, they are skipped with the reason.
/// </summary>
internal static class GoldenFolder
{
    private const string Setting = "PIE_GOLDEN";

    /// <summary>
    /// The only case of a theory if there are no files: <see cref="Path"/> then skips the test.
    /// </summary>
    private const string Absent = "absent";

    private static readonly string Root = Environment.GetEnvironmentVariable(Setting) is { Length: > 0 } given
        ? given
        : System.IO.Path.Combine(RepositoryRoot(), "..", "shared", "golden");

    /// <summary>
    /// All cases that match a pattern such as "training/bilstm-single-*": paths in the folder without extension.
    /// </summary>
    public static TheoryData<string> Cases(string pattern)
    {
        var (folder, name) = (System.IO.Path.GetDirectoryName(pattern)!, System.IO.Path.GetFileName(pattern));
        var files = Directory.Exists(System.IO.Path.Combine(Root, folder))
            ? Directory.GetFiles(System.IO.Path.Combine(Root, folder), name + ".json").Order(StringComparer.Ordinal)
                .Select(file => System.IO.Path.Combine(folder, System.IO.Path.GetFileNameWithoutExtension(file)))
            : [];
        return [.. files.DefaultIfEmpty(System.IO.Path.Combine(folder, Absent))];
    }

    /// <summary>The full path of a file; the calling test is skipped if it does not exist.</summary>
    public static string Path(string file)
    {
        var path = System.IO.Path.GetFullPath(System.IO.Path.Combine(Root, file));
        Assert.SkipUnless(
            File.Exists(path), $"There are no golden values at {path}; set {Setting} to their folder.");
        return path;
    }

    public static JsonElement Json(string file) => JsonDocument.Parse(File.ReadAllBytes(Path(file))).RootElement;

    public static GoldenTensors Tensors(string file) => GoldenTensors.Read(Path(file));

    internal static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(System.IO.Path.Combine(folder.FullName, "PieService.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? AppContext.BaseDirectory;
    }
}
