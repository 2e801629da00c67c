using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Domain.Sweeps;

namespace PieService.Api.Sweeps;

/// <summary>The reasons why queued runs are not picked up, with what to do about them.</summary>
public sealed class BlockedReasons
{
    public const string NoWorker =
        "no worker is running: start one with ./pie up, or start the worker program for this database";

    private const int NamesShown = 20;

    private readonly IReadOnlyList<string> general;
    private readonly HashSet<string> vectors, checkpoints, devices;
    private readonly ILookup<(ModelKind, string), string> unusable;

    private BlockedReasons(IReadOnlyList<WorkerBeat> workers)
    {
        general =
            workers.Count == 0
                ? [NoWorker]
            : workers.All(worker => worker.ShortOf is not null)
            ? [.. workers.Select(ReasonOf)]
            : [];
        (vectors, checkpoints) =
            ([.. workers.SelectMany(worker => worker.Vectors)], [.. workers.SelectMany(worker => worker.Checkpoints)]);
        devices = [.. workers.Select(worker => worker.DeviceType)];
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
    /// Returns the reasons for a sweep whose runs are all waiting; empty if some worker will take one of them.
    /// </summary>
    public IReadOnlyList<string> ReasonsFor(SweepRequest request) => general.Count > 0 ? general :
    [
        .. from wish in request.Models!.Select(model => model.DeviceOrDefault).Distinct()
           where wish != DeviceWish.Any && !devices.Contains(Wire.Name(wish))
           select wish == DeviceWish.Cuda
               ? "no live worker trains on a GPU (\"device\": \"cuda\"): start one on a machine with a GPU, "
                   + "or omit device"
               : "no live worker trains on a processor (\"device\": \"cpu\"): start one with PIE_DEVICE=cpu, "
                   + "or omit device",
        .. from name in request.Models!.Select(model => model.Vectors).OfType<string>().Distinct()
           where !vectors.Contains(name)
           select unusable[(ModelKind.Vectors, name)].FirstOrDefault() is { } why
               ? $"no live worker can use the word vectors '{name}'. {why}"
               : $"no live worker has the word vectors '{name}'{Known(vectors)}: "
                   + "put the file into the folder of PIE_VECTORS",
        .. from name in request.Models!.Select(model => model.Checkpoint).OfType<string>().Distinct()
           where !checkpoints.Contains(name)
           select unusable[(ModelKind.Bert, name)].FirstOrDefault() is { } why
               ? $"no live worker can use the checkpoint '{name}'. {why}"
               : $"no live worker has the checkpoint '{name}'{Known(checkpoints)}: "
                   + "put its folder into the folder of PIE_MODELS (./pie model get downloads it), "
                   + "or into the subfolder models of a shared PIE_ARTIFACTS",
    ];

    /// <summary>The names that exist, of which the unknown one may be a misspelling.</summary>
    private static string Known(HashSet<string> names) => names.Count == 0 ? ""
        : $" (there are {string.Join(", ", names.Order(StringComparer.Ordinal).Take(NamesShown))}"
            + $"{(names.Count > NamesShown ? ", ..." : "")})";

    private static string ReasonOf(WorkerBeat worker) =>
        worker.Arithmetic.Select(report => report.Problem).FirstOrDefault(found => found is not null) is { } problem
            ? $"{worker.Machine} takes no runs because {problem}"
            : $"{worker.Machine} is short of {worker.ShortOf}";
}
