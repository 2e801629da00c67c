using PieService.Domain.Datasets;

namespace PieService.Domain.Foreign;

/// <summary>The dataset that is made of the files of an import: one split, whose examples may have no texts.</summary>
public static class FoundDataset
{
    /// <summary>The name of the attribute that has the group of an example.</summary>
    public const string Cluster = "cluster";

    public static Dataset Of(
        Guid id, string name, Split split, ForeignPredictions predictions, DateTimeOffset createdAt)
    {
        var task = predictions.Task.Learning();
        using var measure = new SplitMeasure(split, predictions.Labels.Count);
        var (census, hasClusters) = (new TextCensus(predictions.Gold.Count), false);
        foreach (var example in Examples(id, split, predictions))
        {
            measure.Add(example.Text, example.SecondText, example.Labels);
            census.Add(split, example.Text, example.SecondText, example.Labels);
            hasClusters |= example.Attributes is not null;
        }
        return new()
        {
            Id = id,
            Name = name,
            Task = task,
            Labels = [.. predictions.Labels],
            ContentHash = ContentHash.Of(task, predictions.Labels, [measure.Hash]),
            Splits = [measure.Summarise()],
            Attributes = hasClusters ? [Cluster] : [],
            Quality = census.Count(),
            CreatedAt = createdAt,
        };
    }

    /// <summary>The examples as they are stored; an example without a text has an empty one.</summary>
    public static IEnumerable<Example> Examples(Guid dataset, Split split, ForeignPredictions predictions)
    {
        var indices = predictions.Labels.Index()
            .ToDictionary(label => label.Item, label => (short)label.Index, StringComparer.Ordinal);
        return predictions.Examples().Select((example, position) => new Example
        {
            DatasetId = dataset,
            Split = split,
            Position = position,
            Id = Example.IdOf(dataset, split, position),
            SourceId = example.SourceId,
            Text = example.Text ?? "",
            Labels = [.. example.Gold.Select(label => indices[label]).Order()],
            Attributes = example.Cluster is { } cluster ? new Dictionary<string, string> { [Cluster] = cluster } : null,
        });
    }
}
