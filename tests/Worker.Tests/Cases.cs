using PieService.Golden;

namespace PieService.Worker.Tests;

/// <summary>
/// Inputs that once went wrong, each in a folder that begins with its number. Tests of our own hold the right values;
/// these read the same files again, and skip if there are none.
/// </summary>
internal static class Cases
{
    private static readonly string Root =
        Path.GetFullPath(Path.Combine(GoldenFolder.RepositoryRoot(), "..", "shared", "cases"));

    /// <param name="number">The three digits with which the folder begins.</param>
    /// <param name="file">A file or folder in it.</param>
    public static string PathOf(string number, string file)
    {
        var folder = Directory.Exists(Root) ? Directory.GetDirectories(Root, number + "-*").FirstOrDefault() : null;
        Assert.SkipWhen(folder is null, $"There is no folder {number}-* in {Root}.");
        return Path.Combine(folder, file);
    }
}
