using PieService.Domain.Datasets.Corpora;
using PieService.Domain.Datasets.Reading;
using PieService.Domain.Files;

namespace PieService.Domain.Datasets;

/// <summary>
/// A dataset that is still in files, all of whose lines were read and are valid. The texts are never all in memory: the
/// files are read first to find the labels and splits, again for hash and statistics, and again to store the examples.
/// </summary>
public sealed class SourceDataset
{
    private readonly DatasetDefinition definition;
    private readonly SourceReader reader;
    private readonly IReadOnlyList<SurveyedPart> parts;
    private readonly Dictionary<string, int> labelIndices;

    private SourceDataset(SourceReader reader, DatasetSurvey survey)
    {
        (definition, this.reader, parts, Labels) = (reader.Definition, reader, survey.Parts, survey.Labels);
        Dropped = reader.Dropped.ToDictionary();
        labelIndices = Labels.Index().ToDictionary(label => label.Item, label => label.Index, StringComparer.Ordinal);
    }

    public string Name => definition.Name!;
    public LearningTask Task => definition.Task!.Value;
    public IReadOnlyList<string> Labels { get; }

    /// <summary>In the order train, validation, test.</summary>
    public IReadOnlyList<SplitSummary> Splits { get; private set; } = [];
    public string ContentHash { get; private set; } = "";

    public TextQuality Quality { get; private set; } = new(0, 0, 0, 0, 0);

    /// <summary>The number of documents that are not examples, by reason.</summary>
    public IReadOnlyDictionary<string, int> Dropped { get; }

    /// <summary>The files, and how they are read.</summary>
    public IEnumerable<DetectedFile> Files => reader.Files;

    /// <summary>The total number of times that the files are read.</summary>
    public static int Readings(DatasetDefinition definition) => PublishedCorpora.Of(definition.Format)?.Readings ?? 3;

    /// <param name="definition">A definition in which, together with the parts, <see cref="DatasetRules"/> found no
    /// fault.</param>
    /// <exception cref="UnreadableFileException">A file cannot be read, or does not have enough examples.</exception>
    public static SourceDataset Read(
        DatasetDefinition definition, IReadOnlyList<DatasetPart> parts, ReadLimits limits,
        CancellationToken cancellation)
    {
        var reader = new SourceReader(definition, parts, limits);
        var dataset = new SourceDataset(reader, DatasetSurvey.Of(reader, limits, cancellation));
        dataset.Measure(cancellation);
        return dataset;
    }

    /// <summary>
    /// The examples as they are stored; those of a single file are in source order, so their splits are interleaved.
    /// </summary>
    public IEnumerable<Example> Examples(Guid datasetId, CancellationToken cancellation)
    {
        var next = new int[Enum.GetValues<Split>().Length];
        foreach (var (part, split, record) in Records(cancellation))
            yield return ExampleOf(record, part, datasetId, split, next[(int)split]++);
    }

    /// <summary>The first examples of each split, as they are stored; each file is read until there are enough.
    /// </summary>
    public IReadOnlyList<Example> First(int ofEach, CancellationToken cancellation)
    {
        var (first, next) = (new List<Example>(), new int[Enum.GetValues<Split>().Length]);
        foreach (var (part, splits) in parts)
        {
            var wanted = splits.CountBy(split => split).Sum(of => Math.Min(of.Value, ofEach - next[(int)of.Key]));
            if (wanted == 0) continue;
            foreach (var (index, record) in reader.Read(part, cancellation).Index())
            {
                var split = splits[index];
                if (next[(int)split] == ofEach) continue;
                first.Add(ExampleOf(record, part, Guid.Empty, split, next[(int)split]++));
                if (--wanted == 0) break;
            }
        }
        return [.. first.OrderBy(example => example.Split)];
    }

    public Dataset AsDataset(Guid id, DateTimeOffset createdAt) => new()
    {
        Id = id,
        Name = Name,
        Task = Task,
        Labels = [.. Labels],
        ContentHash = ContentHash,
        Splits = Splits,
        Dropped = Dropped,
        Attributes = [.. definition.Columns!.Attributes ?? []],
        Quality = Quality,
        CreatedAt = createdAt,
    };

    private Example ExampleOf(SourceRecord record, DatasetPart part, Guid datasetId, Split split, int position) => new()
    {
        DatasetId = datasetId,
        Split = split,
        Position = position,
        Id = Example.IdOf(datasetId, split, position),
        SourceId = record.Id ?? $"{part.Name}:{record.Line}",
        Text = record.Text,
        SecondText = record.SecondText,
        Labels = ClassesOf(record),
        Attributes = AttributeValues.Of(definition.Columns!.Attributes, record.Attributes),
    };

    /// <summary>The labels as indices, ascending, each once: the labels of an example are a set.</summary>
    private short[] ClassesOf(SourceRecord record) => record.Labels.Count == 1
        ? [(short)labelIndices[record.Labels[0]]]
        : [.. record.Labels.Select(label => (short)labelIndices[label]).Distinct().Order()];

    private void Measure(CancellationToken cancellation)
    {
        var measures = Enum.GetValues<Split>().Select(split => new SplitMeasure(split, Labels.Count)).ToList();
        var census = new TextCensus(parts.Sum(part => part.Splits.Length));
        foreach (var (_, split, record) in Records(cancellation))
        {
            var labels = ClassesOf(record);
            measures[(int)split].Add(record.Text, record.SecondText, labels);
            census.Add(split, record.Text, record.SecondText, labels);
        }

        var filled = measures.Where(measure => measure.Hash.Count > 0).ToList();
        Splits = [.. filled.Select(measure => measure.Summarise())];
        ContentHash = Datasets.ContentHash.Of(Task, Labels, filled.Select(measure => measure.Hash));
        Quality = census.Count();
        measures.ForEach(measure => measure.Dispose());
        RequireTraining();
    }

    /// <summary>
    /// A label without training examples can never be predicted; most often it is a misspelt label. Multi-label data
    /// may have rare labels that the random split puts elsewhere.
    /// </summary>
    private void RequireTraining()
    {
        if (Task == LearningTask.MultiLabel) return;
        var missing = Labels.Where((_, label) => Splits[0].PerLabel[label] == 0).ToList();
        if (missing.Count > 0)
            throw new UnreadableFileException(
                parts[0].Part.Name, null, definition.Columns!.ForLabels,
                $"train has no example of {ColumnNames.Listed(missing)}; every label needs at least one");
    }

    private IEnumerable<(DatasetPart Part, Split Split, SourceRecord Record)> Records(CancellationToken cancellation)
    {
        foreach (var part in parts)
            foreach (var (index, record) in reader.Read(part.Part, cancellation).Index())
                yield return (part.Part, part.Splits[index], record);
    }
}
