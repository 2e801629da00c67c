using PieService.Domain.Datasets;

namespace PieService.Domain.Storage;

/// <summary>A dataset, and the oldest dataset with the same content.</summary>
public sealed class KnownDataset
{
    public required Dataset Dataset { get; init; }

    /// <summary>Null if the dataset is itself the oldest with its content.</summary>
    public Guid? SameContentAs { get; init; }

    public IReadOnlyList<Warning> Warnings => DatasetWarnings.Of(Dataset, SameContentAs);
}
