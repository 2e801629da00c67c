using PieService.Domain.Runs;
using PieService.Domain.Sweeps;

namespace PieService.Api.Sweeps;

/// <summary>The reasons why queued runs are not picked up, with what to do about them.</summary>
public sealed class BlockedReasons
{
    public const string NoWorker =
        "no worker is running: start one with ./pie up, or start the worker program for this database";

    private const int NamesShown = 20;

    private readonly IReadOnlyList<WorkerBeat> workers;
    private readonly IReadOnlyList<string> general;
    private readonly HashSet<string> vectors, checkpoints;
    private readonly ILookup<(ModelKind, string), string> unusable;

    private BlockedReasons(IReadOnlyList<WorkerBeat> workers)
    {
        this.workers = workers;
        general =
            workers.Count == 0
                ? [NoWorker]
            : workers.All(worker => worker.ShortOf is not null)
            ? [.. workers.Select(ReasonOf)]
            : [];
        (vectors, checkpoints) =
            ([.. workers.SelectMany(worker => worker.Vectors)], [.. workers.SelectMany(worker => worker.Checkpoints)]);
        unusable = workers.SelectMany(worker => worker.Models, (worker, model) => (worker.Machine, Model: model))
            .Where(found => found.Model is { Error: not null })
            .SelectMany(found => found.Model.Names(), (found, name) => (found.Machine, found.Model, Name: name))
            .ToLookup(
                found => (found.Model.Kind, found.Name),
                found => $"{found.Machine} cannot use it: {found.Model.Error}");
    }

    /// <param name="workers">The live workers.</param>
    public static BlockedReasons Of(IReadOnlyList<WorkerBeat> workers) => new(workers);

    /// <summary>
    /// Returns the reasons for a sweep whose runs are all waiting; empty if for each run there is a worker that has all
    /// that the run needs.
    /// </summary>
    /// <param name="needs">What its waiting runs need.</param>
    public IReadOnlyList<string> ReasonsFor(IEnumerable<RunNeed> needs) => general.Count > 0 ? general
        : [.. needs.Distinct().SelectMany(ReasonsFor).Distinct()];

    private IEnumerable<string> ReasonsFor(RunNeed need)
    {
        var able = workers.Where(need.IsMetBy).ToList();
        if (able.Count > 0) return able.All(worker => worker.ShortOf is not null) ? able.Select(ReasonOf) : [];
        string[] missing =
            [.. new[] { DeviceReason(need), VectorsReason(need), CheckpointReason(need) }.OfType<string>()];
        return missing.Length > 0 ? missing : [TogetherReason(need)];
    }

    private string? DeviceReason(RunNeed need) =>
        workers.Any(need.IsDeviceOf) ? null
        : need.Device == DeviceWish.Cuda
            ? "no live worker trains on a GPU (\"device\": \"cuda\"): start one on a machine with a GPU, or omit device"
        : "no live worker trains on a processor (\"device\": \"cpu\"): start one with PIE_DEVICE=cpu, or omit device";

    private string? VectorsReason(RunNeed need) =>
        need.Vectors is not { } name || vectors.Contains(name) ? null
        : unusable[(ModelKind.Vectors, name)].FirstOrDefault() is { } why
            ? $"no live worker can use the word vectors '{name}'. {why}"
        : $"no live worker has the word vectors '{name}'{Known(vectors)}: put the file into the folder of PIE_VECTORS";

    private string? CheckpointReason(RunNeed need) =>
        need.Checkpoint is not { } name || checkpoints.Contains(name) ? null
        : unusable[(ModelKind.Bert, name)].FirstOrDefault() is { } why
            ? $"no live worker can use the checkpoint '{name}'. {why}"
        : $"no live worker has the checkpoint '{name}'{Known(checkpoints)}: "
            + "put its folder into the folder of PIE_MODELS (./pie model get downloads it), "
            + "or into the subfolder models of a shared PIE_ARTIFACTS";

    /// <summary>Some worker has each part of a need, and none has all.</summary>
    private static string TogetherReason(RunNeed need)
    {
        string?[] parts =
        [
            need.Device switch
            {
                DeviceWish.Cuda => "trains on a GPU (\"device\": \"cuda\")",
                DeviceWish.Cpu => "trains on a processor (\"device\": \"cpu\")",
                _ => null,
            },
            need.Vectors is { } vectors ? $"has the word vectors '{vectors}'" : null,
            need.Checkpoint is { } checkpoint ? $"has the checkpoint '{checkpoint}'" : null,
        ];
        return $"no live worker {string.Join(" and also ", parts.OfType<string>())}: "
            + "give one worker all of it, for example through a shared PIE_ARTIFACTS, or omit device";
    }

    /// <summary>The names that exist, of which the unknown one may be a misspelling.</summary>
    private static string Known(HashSet<string> names) => names.Count == 0 ? ""
        : $" (there are {string.Join(", ", names.Order(StringComparer.Ordinal).Take(NamesShown))}"
            + $"{(names.Count > NamesShown ? ", ..." : "")})";

    private static string ReasonOf(WorkerBeat worker) =>
        worker.Arithmetic.Select(report => report.Problem).FirstOrDefault(found => found is not null) is { } problem
            ? $"{worker.Machine} takes no runs because {problem}"
            : $"{worker.Machine} is short of {worker.ShortOf}";
}
