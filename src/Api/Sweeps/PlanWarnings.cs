using PieService.Domain;
using PieService.Domain.Pies;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Sweeps;

/// <summary>All warnings of a sweep: its dataset, its request, and the files of the live workers.</summary>
public static class PlanWarnings
{
    public static IReadOnlyList<Warning> Of(SweepRequest request, KnownDataset dataset, LiveResources live) =>
    [
        .. dataset.Warnings,
        .. SweepWarnings.Of(request, dataset.Dataset),
        .. ModelWarnings.Of(request, live.CoveragesOf(dataset.Dataset), live.Files),
        .. SeedWarnings.Of(request),
    ];
}
