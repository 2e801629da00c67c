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
        var labels = new List<ushort>();
        foreach (var record in reader.Read(part))
        {
            cancellation.ThrowIfCancellationRequested();
            if (++count > limits.Examples)
                throw new DatasetContentException(part.Name, record.Line, null, $"the dataset has more than {limits.Examples} examples, the most that this service takes");
            labels.Add(IndexOf(record, part));
        }
        var splits = part.Split is { } whole
            ? Enumerable.Repeat(whole, labels.Count).ToArray()
            : StratifiedSplit.Assign(labels, found, definition.Split!);
        return new SurveyedPart(part, labels, splits);
    }

    private ushort IndexOf(SourceRecord record, DatasetPart part)
    {
        if (indices.TryGetValue(record.Label, out var index)) return index;
        if (definition.Labels is not null)
            throw Error($"'{record.Label}' is not among the definition's labels: {ColumnNames.Listed(definition.Labels)}");
        if (found.Count == DatasetRules.MaxLabels)
            throw Error($"'{record.Label}' is label number {found.Count + 1}; a dataset has at most {DatasetRules.MaxLabels}. Is this the column of the labels?");
        return Add(record.Label);

        DatasetContentException Error(string message) => new(part.Name, record.Line, definition.Columns!.Label, message);
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
        if (found.Count < 2)
            throw new DatasetContentException(Parts[0].Part.Name, null, definition.Columns!.Label, $"'{found[0]}' is the only label; there must be at least two");
        RequireTraining();
    }

    /// <summary>A label that is never trained can never be predicted; most often it is another one, misspelt.</summary>
    private void RequireTraining()
    {
        var trained = new HashSet<int>();
        foreach (var part in Parts)
            for (var i = 0; i < part.Splits.Length; i++)
                if (part.Splits[i] == Split.Train) trained.Add(part.Labels[i]);
        var missing = found.Where((_, label) => !trained.Contains(label)).ToList();
        if (missing.Count > 0)
            throw new DatasetContentException(
                Parts[0].Part.Name, null, definition.Columns!.Label, $"train has no example of {ColumnNames.Listed(missing)}; every label needs at least one");
    }

    private IEnumerable<Split> Wanted(DatasetPart part) =>
        part.Split is { } whole ? [whole]
        : definition.Split!.Validation > 0 ? [Split.Train, Split.Validation, Split.Test]
        : [Split.Train, Split.Test];
}

/// <param name="Labels">Of each example, in the order in which they were found.</param>
/// <param name="Splits">Of each example.</param>
internal sealed record SurveyedPart(DatasetPart Part, IReadOnlyList<ushort> Labels, Split[] Splits);
