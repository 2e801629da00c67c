using PieService.Domain.Datasets.Reading;

namespace PieService.Domain.Datasets;

/// <summary>
/// The first reading of a dataset's files: finds whatever is wrong with them, the labels, and the split of every example.
/// It keeps a few bytes of each example, never a text.
/// </summary>
internal sealed class DatasetSurvey
{
    private readonly DatasetDefinition definition;
    private readonly ReadLimits limits;
    private readonly List<string> found = [];
    private readonly Dictionary<string, ushort> indices = new(StringComparer.Ordinal);
    private int count;

    private DatasetSurvey(DatasetDefinition definition, ReadLimits limits)
    {
        (this.definition, this.limits) = (definition, limits);
        foreach (var label in definition.Labels ?? []) Add(label);
    }

    /// <summary>In the order that decides ties: the definition's, else by name.</summary>
    public IReadOnlyList<string> Labels => definition.Labels is not null ? found : [.. found.Order(StringComparer.Ordinal)];

    /// <summary>In the order of the splits, whatever order they came in.</summary>
    public IReadOnlyList<SurveyedPart> Parts { get; private set; } = [];

    /// <exception cref="DatasetContentException">A file holds what cannot be read, or not enough.</exception>
    public static DatasetSurvey Of(DatasetDefinition definition, IReadOnlyList<DatasetPart> parts, ReadLimits limits, CancellationToken cancellation)
    {
        var survey = new DatasetSurvey(definition, limits);
        var reader = new SourceReader(definition, limits);
        survey.Parts = [.. parts.OrderBy(part => part.Split).Select(part => survey.Read(part, reader, cancellation))];
        survey.RequireEnough();
        return survey;
    }

    private SurveyedPart Read(DatasetPart part, SourceReader reader, CancellationToken cancellation)
    {
        var (labels, examples) = (new List<ushort>(), 0);
        foreach (var record in reader.Read(part))
        {
            cancellation.ThrowIfCancellationRequested();
            if (++count > limits.Examples)
                throw new DatasetContentException(part.Name, record.Line, null, $"the dataset has more than {limits.Examples} examples, the most that this service takes");
            examples++;
            foreach (var label in record.Labels)
            {
                var index = IndexOf(label, record, part);
                if (definition.Task == LearningTask.SingleLabel) labels.Add(index);
            }
        }
        var splits = part.Split is { } whole ? Enumerable.Repeat(whole, examples).ToArray()
            : definition.Task == LearningTask.SingleLabel ? StratifiedSplit.Assign(labels, found, definition.Split!)
            : RandomSplit.Assign(examples, definition.Split!);
        return new SurveyedPart(part, splits);
    }

    private ushort IndexOf(string label, SourceRecord record, DatasetPart part)
    {
        if (indices.TryGetValue(label, out var index)) return index;
        if (definition.Labels is not null)
            throw Error($"'{label}' is not among the definition's labels: {ColumnNames.Listed(definition.Labels)}");
        if (found.Count == DatasetRules.MaxLabels)
            throw Error($"'{label}' is label number {found.Count + 1}; a dataset has at most {DatasetRules.MaxLabels}. Is this the column of the labels?");
        return Add(label);

        DatasetContentException Error(string message) => new(part.Name, record.Line, definition.Columns!.ForLabels, message);
    }

    private ushort Add(string label)
    {
        indices.Add(label, (ushort)found.Count);
        found.Add(label);
        return indices[label];
    }

    private void RequireEnough()
    {
        foreach (var part in Parts)
        {
            foreach (var split in Wanted(part.Part))
            {
                if (!part.Splits.Contains(split))
                    throw new DatasetContentException(part.Part.Name, null, null, part.Part.Split is null
                        ? $"leaves no example for {Wire.Name(split)}: {part.Splits.Length} examples are too few for these fractions"
                        : "has no example");
            }
        }
        if (found.Count < DatasetRules.LeastLabels(definition.Task))
            throw new DatasetContentException(
                Parts[0].Part.Name, null, definition.Columns!.ForLabels,
                found.Count == 0 ? "no example has a label" : $"'{found[0]}' is the only label; there must be at least two");
    }

    private IEnumerable<Split> Wanted(DatasetPart part) =>
        part.Split is { } whole ? [whole]
        : definition.Split!.Validation > 0 ? [Split.Train, Split.Validation, Split.Test]
        : [Split.Train, Split.Test];
}

/// <param name="Splits">Of each example.</param>
internal sealed record SurveyedPart(DatasetPart Part, Split[] Splits);
