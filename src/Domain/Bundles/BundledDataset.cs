using PieService.Domain.Datasets;

namespace PieService.Domain.Bundles;

/// <summary>A dataset in a bundle. What follows from its examples is computed when the bundle is read.</summary>
/// <param name="Examples">The number of examples of each split that the dataset has.</param>
public sealed record BundledDataset(
    Guid Id, string Name, LearningTask Task, string[] Labels, string ContentHash, string[] Attributes,
    IReadOnlyDictionary<string, int> Dropped, IReadOnlyList<SplitSize> Examples, DateTimeOffset CreatedAt)
{
    public static BundledDataset Of(Dataset dataset) => new(
        dataset.Id, dataset.Name, dataset.Task, dataset.Labels, dataset.ContentHash, dataset.Attributes,
        dataset.Dropped.OrderBy(reason => reason.Key, StringComparer.Ordinal).ToDictionary(),
        [.. dataset.Splits.OrderBy(split => split.Split).Select(split => new SplitSize(split.Split, split.Examples))],
        dataset.CreatedAt);
}

public sealed record SplitSize(Split Split, int Count);

/// <summary>A line of the examples, which are in the order of splits and positions.</summary>
/// <param name="Id">The id of the example in its source.</param>
/// <param name="Labels">Indices into the labels of the dataset, ascending.</param>
public sealed record BundledExample(
    Split Split, string Id, string Text, string? SecondText, short[] Labels,
    IReadOnlyDictionary<string, string>? Attributes)
{
    public static BundledExample Of(Example example) => new(
        example.Split, example.SourceId, example.Text, example.SecondText, example.Labels,
        example.Attributes?.OrderBy(value => value.Key, StringComparer.Ordinal).ToDictionary());

    public Example AsExample(Guid dataset, int position) => new()
    {
        DatasetId = dataset,
        Split = Split,
        Position = position,
        Id = Example.IdOf(dataset, Split, position),
        SourceId = Id,
        Text = Text,
        SecondText = SecondText,
        Labels = Labels,
        Attributes = Attributes,
    };
}
