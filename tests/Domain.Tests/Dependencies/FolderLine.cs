namespace PieService.Domain.Tests.Dependencies;

/// <summary>
/// The order of a project's folders, in which each uses only those before it. Written as in ARCHITECTURE:
/// <c>Http → Tables → (Sweeps | Runs) → Program</c>; folders in brackets do not use one another. The dot is for the
/// files outside of folders; if it is left out, they come first.
/// </summary>
internal sealed record FolderLine(string Project, IReadOnlyList<IReadOnlyList<string>> Steps)
{
    /// <summary>The tests of DependencyRules check the line of each project that is added here.</summary>
    public static IReadOnlyList<FolderLine> All { get; } =
    [
        Parse(
            "Domain",
            "Files → Statistics → Datasets → Recipes → Sweeps → Runs → Predictions → Foreign → Pies → Analysis → "
            + "Bundles → Webhooks → Access → Diagnosis → Storage"),
        Parse(
            "Api",
            "Database → Backups → Dispatch → Http → Lists → Access → Idempotency → Tables → Uploads → "
            + "(Datasets | PredictionImports | Sweeps | Runs | Comparisons | Models) → "
            + "(SweepAnalysis | Bundles) → Figures → Reports → Webhooks → Events → Documentation → Pages → "
            + "OpenApi → ."),
        Parse(
            "Worker",
            "Files → Text → Models → Training → Pruning → Machines → (Arithmetic | Runs) → Trainers → Artifacts → "
            + "Resources → (Hub | Supervision) → Doctor → ."),
    ];

    public static FolderLine Parse(string project, string line)
    {
        var steps = line.Split('→', StringSplitOptions.TrimEntries)
            .Select(step => step.Trim('(', ')').Split('|', StringSplitOptions.TrimEntries)).ToList();
        return new FolderLine(project, steps.Exists(step => step.Contains(".")) ? [.. steps] : [["."], .. steps]);
    }

    /// <summary>Each use of a folder by a folder that is not after it.</summary>
    public IEnumerable<Use> Against(IEnumerable<Use> uses) =>
        from use in uses
        where IsOurs(use.From) && IsOurs(use.To) && use.FromFolder != use.ToFolder
        where Place(use.ToFolder) >= Place(use.FromFolder)
        select use;

    /// <summary>Folders that the line does not name.</summary>
    public IEnumerable<string> WithoutPlace(IEnumerable<string> files) =>
        files.Where(IsOurs).Select(SourceProject.FolderOf).Distinct().Where(folder => Place(folder) < 0);

    private bool IsOurs(string file) => file.StartsWith($"{Project}/", StringComparison.Ordinal);

    private int Place(string folder) =>
        Steps.Index().FirstOrDefault(step => step.Item.Contains(folder[(Project.Length + 1)..]), (-1, [])).Index;
}
