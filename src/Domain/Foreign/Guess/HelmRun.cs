using System.Text.RegularExpressions;

namespace PieService.Domain.Foreign.Guess;

/// <summary>
/// A run of HELM: a folder such as <c>mmlu:subject=anatomy,model=org_name</c> with files of fixed names, so its own
/// name states the task and the model.
/// </summary>
internal static partial class HelmRun
{
    public const string Predictions = "display_predictions.json", Stats = "per_instance_stats.json",
        Instances = "instances.json";

    private const string UnnamedTask = "helm";

    public static bool IsFile(string path) => Path.GetFileName(path) is Predictions or Stats;

    /// <summary>
    /// The path without the files that are read along with another one: the instances, and the metrics if the
    /// predictions are there too.
    /// </summary>
    public static IReadOnlyList<string> WithoutCompanions(IReadOnlyList<string> paths)
    {
        var folders = paths.Where(IsFile).Select(FolderOf).ToHashSet(StringComparer.Ordinal);
        var predicted = paths.Where(path => Path.GetFileName(path) == Predictions).Select(FolderOf)
            .ToHashSet(StringComparer.Ordinal);
        return
        [
            .. paths.Where(path => Path.GetFileName(path) switch
            {
                Instances => !folders.Contains(FolderOf(path)),
                Stats => !predicted.Contains(FolderOf(path)),
                _ => true,
            }),
        ];
    }

    /// <summary>The task in the name of the folder, without the model.</summary>
    public static string TaskOf(string path)
    {
        var folder = Path.GetFileName(FolderOf(path));
        return Model().IsMatch(folder) && Model().Replace(folder, "").Trim(':', ',') is { Length: > 0 } task
            ? task : UnnamedTask;
    }

    /// <summary>A folder's name, or the model in it.</summary>
    public static string ModelIn(string folder) =>
        Model().Match(folder) is { Success: true } match ? match.Groups[1].Value : folder;

    /// <summary>A file beside another one; null if there is none.</summary>
    public static string? Beside(string path, string name) =>
        Path.Combine(FolderOf(path), name) is var other && File.Exists(other) ? other : null;

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    [GeneratedRegex("(?<=^|[:,])model=([^,]+)(,|$)")]
    private static partial Regex Model();
}
