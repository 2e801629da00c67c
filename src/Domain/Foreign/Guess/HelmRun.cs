using System.Text.RegularExpressions;
using PieService.Domain.Files;

namespace PieService.Domain.Foreign.Guess;

/// <summary>
/// A run of HELM: a folder such as <c>mmlu:subject=anatomy,model=org_name</c> with files of fixed names, so its own
/// name, or its specification, states the task and the model.
/// </summary>
internal static partial class HelmRun
{
    public const string Predictions = "display_predictions.json", Stats = "per_instance_stats.json",
        Instances = "instances.json";

    private const string Specification = "run_spec.json";

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
        return Model().IsMatch(folder) ? TaskIn(folder) ?? UnnamedTask : UnnamedTask;
    }

    /// <summary>The task and the model of the specification beside a file; null for what it does not state.</summary>
    public static (string? Task, string? Model) Stated(string path, ReadLimits limits)
    {
        if (Beside(path, Specification) is not { } specification) return (null, null);
        var facts = JsonFacts.Look(specification, limits, "name", "adapter_spec");
        return (facts.Text("name") is { } name ? TaskIn(name) : null, facts.Text("adapter_spec", "model"));
    }

    /// <summary>A folder's name, or the model in it.</summary>
    public static string ModelIn(string folder) =>
        Model().Match(folder) is { Success: true } match ? match.Groups[1].Value : folder;

    /// <summary>A file beside another one; null if there is none.</summary>
    public static string? Beside(string path, string name) =>
        Path.Combine(FolderOf(path), name) is var other && File.Exists(other) ? other : null;

    /// <summary>The name of a run without the model; null if nothing is left.</summary>
    private static string? TaskIn(string name) =>
        Model().Replace(name, "").Trim(':', ',') is { Length: > 0 } task ? task : null;

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    [GeneratedRegex("(?<=^|[:,])model=([^,]+)(,|$)")]
    private static partial Regex Model();
}
