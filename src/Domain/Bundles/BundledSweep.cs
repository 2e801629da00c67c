using PieService.Domain.Sweeps;

namespace PieService.Domain.Bundles;

/// <summary>A sweep in a bundle: a request, or the cohorts of imported predictions.</summary>
public sealed record BundledSweep(
    Guid Id, string Name, SweepRequest? Request, ForeignCohorts? Foreign, DateTimeOffset CreatedAt,
    DateTimeOffset? CancelRequestedAt)
{
    public static BundledSweep Of(Sweep sweep) => new(
        sweep.Id, sweep.Name, sweep.Request, sweep.Foreign, sweep.CreatedAt, sweep.CancelRequestedAt);

    public Sweep AsSweep(Guid id, Guid dataset) => new()
    {
        Id = id,
        Name = Name,
        DatasetId = dataset,
        Request = Request is null ? null : Request with { DatasetId = dataset },
        Foreign = Foreign,
        CreatedAt = CreatedAt.ToUniversalTime(),
        CancelRequestedAt = CancelRequestedAt?.ToUniversalTime(),
    };
}
