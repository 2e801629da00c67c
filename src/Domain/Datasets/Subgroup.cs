namespace PieService.Domain.Datasets;

/// <summary>A named group of the examples of a dataset, in every split.</summary>
public sealed class Subgroup
{
    /// <summary>The most that a dataset may have.</summary>
    public const int MostOfDataset = 100;

    public Guid Id { get; init; }
    public Guid DatasetId { get; init; }

    /// <summary>Unique in the dataset.</summary>
    public required string Name { get; init; }
    public required SubgroupWhere Where { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
}
