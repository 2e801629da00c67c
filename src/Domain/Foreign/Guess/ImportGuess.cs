using PieService.Domain.Files;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Foreign.Guess;

/// <summary>An import that was guessed from files: its definition, and the file of each of its parts.</summary>
/// <param name="Task">The name of the evaluation task.</param>
public sealed record GuessedImport(
    string Task, PredictionImport Definition, IReadOnlyDictionary<string, string> Parts);

/// <summary>What a guess is told beside the files.</summary>
/// <param name="Baseline">The name of the baseline, or a part of it that only one cohort has.</param>
/// <param name="Model">The name of the model that was compressed; null to take the one that the files state.</param>
/// <param name="Replication">How several files of one cohort and task differ; null if it is not stated: they are
/// evaluations of one model then.</param>
public sealed record GuessOptions(string? Baseline, string? Model, ReplicationKind? Replication);

/// <summary>
/// Guesses the definitions of imports from the files that evaluation tools wrote: an import for each task, whose
/// cohorts are told apart by the paths of the files.
/// </summary>
public static class ImportGuess
{
    /// <summary>The model of files that do not state one.</summary>
    public const string UnnamedModel = "model";

    private static readonly string[] UsualBaselines =
        ["bf16", "fp16", "fp32", "float16", "float32", "baseline", "base", "dense", "original", "full"];

    /// <exception cref="GuessException">The files do not say enough.</exception>
    /// <exception cref="UnreadableFileException">A file is damaged.</exception>
    public static IReadOnlyList<GuessedImport> Of(
        IReadOnlyList<string> paths, GuessOptions options, ReadLimits limits)
    {
        paths = HelmRun.WithoutCompanions(paths);
        if (paths.Count == 0) throw new GuessException("There are no files.");
        var harness = new HarnessNames(paths, limits);
        List<FileKind> kinds = [.. paths.Select(path => KindOf(path, harness, limits))];
        var cohorts = Cohorts(paths, kinds);
        List<GuessedFile> files =
        [
            .. paths.Index().Select(path => new GuessedFile(
                path.Item, cohorts[path.Index], kinds[path.Index].Task ?? TaskOf(path.Item, cohorts),
                kinds[path.Index])).OrderBy(file => file.Path, StringComparer.Ordinal),
        ];
        var tasks = files.ToLookup(file => file.Task);
        IReadOnlyList<string> compared =
            [.. tasks.Select(CohortsOf).Where(names => names.Count > 1).SelectMany(names => names).Distinct()];
        List<GuessedImport> imports = [.. tasks.Select(task => Import(task.Key, [.. task], compared, options))];
        if (options.Replication is not null
            && imports.TrueForAll(import => import.Definition.Replication == ReplicationKind.None))
            throw new GuessException(
                "--repeats states how several files of a cohort differ, but each of the cohorts "
                + $"{string.Join(", ", CohortsOf(files))} has one file for each task. Leave it out, or put the files "
                + "of one cohort into one folder.");
        return imports;
    }

    private static FileKind KindOf(string path, HarnessNames harness, ReadLimits limits)
    {
        var kind = FileKind.Of(new SourceFile(path, path), limits) ?? throw new GuessException(
            $"{path} is not a file of lm-evaluation-harness, Every Eval Ever, Inspect, HELM, OpenAI evals, lighteval "
            + "or OpenCompass. Other formats need a definition: --definition FILE.");
        if (kind.Format != ForeignFormat.LmEvalHarness) return kind;
        var (task, model) = harness.Of(path);
        return kind with { Task = task, Model = model };
    }

    /// <summary>
    /// The cohort of each file: by its folder, else by the model that it states, else by its name; empty if nothing
    /// tells the files apart. Folders that separate tasks do not separate the cohorts of one.
    /// </summary>
    private static IReadOnlyList<string> Cohorts(IReadOnlyList<string> paths, List<FileKind> kinds)
    {
        List<IReadOnlyList<string>> found =
        [
            .. new[] { PathParts.ByFolder(paths), PathParts.ByModel([.. kinds.Select(kind => kind.Model)]),
                PathParts.ByName(paths) }.OfType<IReadOnlyList<string>>(),
        ];
        return found.Find(HasSeveralOfATask) ?? found.FirstOrDefault([.. paths.Select(_ => "")]);

        bool HasSeveralOfATask(IReadOnlyList<string> cohorts) => paths.Index()
            .GroupBy(path => kinds[path.Index].Task ?? TaskOf(path.Item, cohorts), path => cohorts[path.Index])
            .Any(task => task.Distinct().Count() > 1);
    }

    /// <summary>Files in one folder are of one task: their names tell the cohorts apart.</summary>
    private static string TaskOf(string path, IReadOnlyList<string> cohorts)
    {
        var task = PathParts.TaskOf(path);
        return cohorts.All(cohort => cohort.Length > 0 && !cohort.Contains('/', StringComparison.Ordinal))
            && cohorts.Any(cohort => task.Contains(cohort, StringComparison.Ordinal))
            && cohorts.Distinct().Count() == cohorts.Count
            ? "evaluation" : task;
    }

    private static List<string> CohortsOf(IEnumerable<GuessedFile> files) =>
        [.. files.Select(file => file.Cohort).Distinct()];

    /// <param name="compared">The cohorts of those tasks that have several.</param>
    private static GuessedImport Import(
        string task, IReadOnlyList<GuessedFile> files, IReadOnlyList<string> compared, GuessOptions options)
    {
        var names = CohortsOf(files);
        if (names.Count < 2)
            throw new GuessException(
                compared.Count > 0
                    ? $"Of the task {task} there are files of the cohort {names[0]} only, not of "
                        + $"{string.Join(", ", compared.Except(names))}: there is nothing to compare. Add them, or "
                        + "name the files of the other tasks only."
                    : $"All files of the task {task} seem to be of one cohort: their paths do not differ. Name those "
                        + "of another cohort too, in a folder of its own, such as bf16/ and int4/.");
        var baseline = Baseline(names, options.Baseline, task);
        // Repeats do not belong together, so all of them are compared with all.
        var areRepeated = files.Count > names.Count || files.Any(file => file.Kind.IsRepeated);
        var model = options.Model ?? files.First(file => file.Cohort == baseline).Kind.Model ?? UnnamedModel;
        var parts = new Dictionary<string, string>(StringComparer.Ordinal);
        List<ForeignFile> entries = [.. files.GroupBy(file => file.Cohort)
            .SelectMany(cohort => cohort.Select((file, seed) => Entry(file, seed, PartOf)))];
        return new(
            task,
            new PredictionImport
            {
                Name = task,
                Replication = areRepeated ? options.Replication ?? ReplicationKind.Evaluation : ReplicationKind.None,
                Dataset = new()
                {
                    FromFiles = true,
                    Name = task,
                    Task = files[0].Kind.IsOpen ? ForeignTask.Correctness : ForeignTask.SingleLabel,
                },
                Cohorts = [.. names.OrderByDescending(name => name == baseline).Select(name => new ForeignCohort
                {
                    Name = name,
                    Model = model,
                    Baseline = name == baseline,
                    Compression = name == baseline ? null : name,
                    Bits = PathParts.Bits(name),
                    Pairing = name == baseline || areRepeated ? SeedPairing.None : SeedPairing.Model,
                })],
                Files = entries,
            },
            parts);

        string PartOf(string path)
        {
            var part = $"file{parts.Count}";
            parts.Add(part, path);
            return part;
        }
    }

    private static ForeignFile Entry(GuessedFile file, int seed, Func<string, string> partOf) => new()
    {
        Part = partOf(file.Path),
        Format = file.Kind.Format,
        Cohort = file.Cohort,
        Seed = seed,
        Filter = file.Kind.Filter,
        Metric = file.Kind.Metric,
        TextPath = file.Kind.TextPath,
        PredictBy = file.Kind.PredictBy,
        Instances = file.Kind.Instances is { } instances ? partOf(instances) : null,
    };

    private static string Baseline(List<string> names, string? stated, string task)
    {
        var found = stated is not null
            ? names.Contains(stated) ? [stated] : names.FindAll(name => Has(name, stated))
            : UsualBaselines.Select(usual => names.FindAll(name => Has(name, usual)))
                .FirstOrDefault(found => found.Count > 0, []);
        return found.Count == 1 ? found[0] : throw new GuessException(
            (stated is null ? "The names of the cohorts do not tell which one is the baseline"
                : found.Count == 0 ? $"'{stated}' is not in the name of a cohort"
                : $"'{stated}' is in the names of several cohorts")
            + $". The task {task} has the cohorts {string.Join(", ", names)}: choose one with --baseline NAME.");

        static bool Has(string name, string part) => name.Contains(part, StringComparison.OrdinalIgnoreCase);
    }

    private sealed record GuessedFile(string Path, string Cohort, string Task, FileKind Kind);
}

/// <summary>Files do not say enough to guess an import; the message states what to add.</summary>
public sealed class GuessException(string message) : Exception(message);
