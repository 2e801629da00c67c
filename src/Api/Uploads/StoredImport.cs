using PieService.Domain.Datasets;

namespace PieService.Api.Uploads;

/// <summary>The resources that an import has stored.</summary>
/// <param name="Examples">The number of new examples.</param>
public sealed record StoredImport(Guid DatasetId, int Examples)
{
    /// <summary>The sweep of imported predictions, or of a bundle.</summary>
    public Guid? SweepId { get; init; }

    /// <summary>The counts of imported predictions.</summary>
    public ImportCounts? Read { get; init; }

    /// <summary>What became of a bundle.</summary>
    public ImportedBundle? Bundle { get; init; }
}
