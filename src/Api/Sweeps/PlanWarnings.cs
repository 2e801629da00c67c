using PieService.Domain;
using PieService.Domain.Pies;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Sweeps;

/// <summary>All warnings of a sweep: its dataset, its request, and the files of the live workers.</summary>
public static class PlanWarnings
{
    /// <param name="workers">The live workers.</param>
    public static IReadOnlyList<Warning> Of(
        SweepRequest request, KnownDataset dataset, IReadOnlyList<WorkerBeat> workers) =>
    [
        .. dataset.Warnings,
        .. SweepWarnings.Of(request, dataset.Dataset),
        .. ModelWarnings.Of(request, workers.SelectMany(worker => worker.Models)),
        .. SeedWarnings.Of(request),
    ];
}
