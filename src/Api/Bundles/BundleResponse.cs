using PieService.Domain.Storage;

namespace PieService.Api.Bundles;

/// <summary>What became of a bundle.</summary>
/// <param name="SweepId">
/// The id in the bundle, or a new one if another sweep has that id. Its comparisons are labelled by the workers.
/// </param>
/// <param name="NewSweep">
/// Whether the sweep was added; false if it had been stored before, with the same content.
/// </param>
/// <param name="NewDataset">Whether the dataset was added; false if one with this content existed.</param>
/// <param name="Runs">The numbers of runs that were added and linked.</param>
/// <param name="Differing">
/// The runs of this service whose predictions are not those of the bundle, although recipe, dataset and seed are the
/// same. They are not changed, and the comparisons of the sweep follow from them. If the conditions are the same too,
/// they are marked as not repeatable.
/// </param>
public sealed record BundleResponse(
    Guid SweepId, Guid DatasetId, bool NewSweep, bool NewDataset, BundledRunCounts Runs,
    IReadOnlyList<Guid> Differing)
{
    public static BundleResponse Of(StoredBundle stored) => new(
        stored.SweepId, stored.DatasetId, stored.IsNew, stored.DatasetIsNew, new(stored.Added, stored.Linked),
        stored.Differing);
}

/// <param name="Added">The number of runs that were added.</param>
/// <param name="Linked">
/// The number of runs that existed with the same recipe and seed; all runs of a sweep that had been stored before.
/// </param>
public sealed record BundledRunCounts(int Added, int Linked);
