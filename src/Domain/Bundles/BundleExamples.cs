using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Foreign;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Bundles;

/// <summary>
/// The dataset of a bundle, with everything computed that follows from its examples: the hash of its content, lengths,
/// and possible defects of its texts.
/// </summary>
internal static class BundleExamples
{
    /// <exception cref="UnreadableFileException">
    /// An example is not valid, or the content hash does not follow from the examples.
    /// </exception>
    public static Dataset Check(BundleFile bundle, ReadLimits limits, CancellationToken cancellation)
    {
        var dataset = bundle.Read<BundledDataset>(BundleEntries.Dataset);
        CheckHead(bundle, dataset, limits);
        var measures = dataset.Examples.ToDictionary(
            split => split.Split, split => new SplitMeasure(split.Split, dataset.Labels.Length));
        var census = new TextCensus(dataset.Examples.Sum(split => split.Count));
        foreach (var (example, position) in Positioned(bundle, dataset))
        {
            cancellation.ThrowIfCancellationRequested();
            CheckExample(bundle, dataset, example, Line(dataset, example.Split, position));
            measures[example.Split].Add(example.Text, example.SecondText, example.Labels);
            census.Add(example.Split, example.Text, example.SecondText, example.Labels);
        }
        var hash = ContentHash.Of(dataset.Task, dataset.Labels, measures.Values.Select(measure => measure.Hash));
        foreach (var measure in measures.Values) measure.Dispose();
        if (hash != dataset.ContentHash)
            throw bundle.Error(
                BundleEntries.Examples,
                $"the examples have the content hash {hash}, but {BundleEntries.Dataset} has {dataset.ContentHash}");
        return new()
        {
            Id = dataset.Id,
            Name = dataset.Name,
            Task = dataset.Task,
            Labels = dataset.Labels,
            ContentHash = hash,
            Splits = [.. measures.Values.Select(measure => measure.Summarise())],
            Dropped = dataset.Dropped,
            Attributes = dataset.Attributes,
            Quality = census.Count(),
            CreatedAt = dataset.CreatedAt.ToUniversalTime(),
        };
    }

    /// <summary>Each example with its position in its split.</summary>
    public static IEnumerable<(BundledExample Example, int Position)> Positioned(
        BundleFile bundle, BundledDataset dataset)
    {
        using var lines = bundle.Lines<BundledExample>(BundleEntries.Examples).GetEnumerator();
        foreach (var (split, count) in dataset.Examples)
            for (var position = 0; position < count; position++)
                yield return lines.MoveNext() && lines.Current.Split == split
                    ? (lines.Current, position)
                    : throw bundle.Error(
                        BundleEntries.Examples,
                        $"must have an example of {Wire.Name(split)} here: the splits have the numbers of examples "
                        + $"in {BundleEntries.Dataset}, in its order",
                        Line(dataset, split, position));
        if (lines.MoveNext())
            throw bundle.Error(BundleEntries.Examples, $"has more examples than {BundleEntries.Dataset} states");
    }

    private static void CheckHead(BundleFile bundle, BundledDataset dataset, ReadLimits limits)
    {
        var sizes = dataset.Examples;
        if (!FieldError.IsName(dataset.Name)) throw Error("name", "must have 1 to 200 characters, none a control one");
        if (dataset.Labels.Length is 0 or > DatasetLimits.MaxLabels
            || dataset.Labels.Distinct(StringComparer.Ordinal).Count() < dataset.Labels.Length)
            throw Error("labels", $"must be 1 to {DatasetLimits.MaxLabels} different labels");
        if (dataset.Attributes.Length > DatasetLimits.MaxAttributes
            || dataset.Attributes.Distinct(StringComparer.Ordinal).Count() < dataset.Attributes.Length)
            throw Error("attributes", $"must be at most {DatasetLimits.MaxAttributes} different names");
        if (sizes.Count == 0 || sizes.Zip(sizes.Skip(1)).Any(pair => pair.First.Split >= pair.Second.Split))
            throw Error("examples", "must have at least one split, each once: train, validation, test");
        if (sizes.Any(split => split.Count <= 0) || sizes.Sum(split => (long)split.Count) > limits.Records)
            throw Error("examples", $"must be at least 1 in each split, and at most {limits.Records} together");
        if (sizes.Any(split => split.Count * (dataset.Labels.Length + 1L) * 2 > SweepRules.MaxPredictionBytes))
            throw Error(
                "examples",
                $"a run's predictions for a split would take more than {SweepRules.MaxPredictionBytes} bytes");

        UnreadableFileException Error(string field, string message) =>
            bundle.Error(BundleEntries.Dataset, message, column: field);
    }

    private static void CheckExample(BundleFile bundle, BundledDataset dataset, BundledExample example, long line)
    {
        if (example.Id.Length is 0 or > ImportLimits.IdCharacters)
            throw Error("id", $"has 1 to {ImportLimits.IdCharacters} characters");
        if (dataset.Task == LearningTask.SingleLabel && example.Labels.Length != 1)
            throw Error("labels", "single-label data has one label for each example");
        if (example.Labels.Any(label => label < 0 || label >= dataset.Labels.Length)
            || example.Labels.Zip(example.Labels.Skip(1)).Any(pair => pair.First >= pair.Second))
            throw Error("labels", $"must be indices from 0 to {dataset.Labels.Length - 1}, ascending");
        foreach (var (name, value) in example.Attributes ?? new Dictionary<string, string>())
            if (!dataset.Attributes.Contains(name)
                || value is not { Length: > 0 and <= DatasetLimits.MaxAttributeValue })
                throw Error(
                    "attributes",
                    $"must be attributes of {BundleEntries.Dataset}, with 1 to {DatasetLimits.MaxAttributeValue} "
                    + "characters");

        UnreadableFileException Error(string field, string message) =>
            bundle.Error(BundleEntries.Examples, message, line, field);
    }

    private static long Line(BundledDataset dataset, Split split, int position) =>
        1 + position + dataset.Examples.TakeWhile(size => size.Split != split).Sum(size => (long)size.Count);
}
