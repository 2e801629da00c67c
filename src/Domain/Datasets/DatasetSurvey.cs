using PieService.Domain.Datasets.Labelling;
using PieService.Domain.Datasets.Reading;
using PieService.Domain.Files;

namespace PieService.Domain.Datasets;

/// <summary>
/// The first reading of a dataset's files: finds errors, the labels, and the split of every example. It keeps a few
/// bytes for each example, never a text.
/// </summary>
internal sealed class DatasetSurvey
{
    private readonly SourceReader reader;
    private readonly DatasetDefinition definition;
    private readonly ReadLimits limits;
    private readonly List<string> found = [];
    private readonly Dictionary<string, ushort> indices = new(StringComparer.Ordinal);

    /// <summary>The labels by what a reader sees of them.</summary>
    private readonly Dictionary<string, string> appearances = new(StringComparer.Ordinal);
    private int count;

    private DatasetSurvey(SourceReader reader, ReadLimits limits)
    {
        (this.reader, definition, this.limits) = (reader, reader.Definition, limits);
        foreach (var label in definition.Labels ?? []) Add(label);
    }

    /// <summary>The labels in the order that decides ties: the definition's, else the study's, else that of
    /// <see cref="LabelOrder"/>.</summary>
    public IReadOnlyList<string> Labels =>
        definition.Labels is not null ? found
        : reader.KnownLabels is { Count: > 0 } known ? [.. known.Where(indices.ContainsKey)]
        : LabelOrder.Sort(found);

    /// <summary>In the order of the splits, whatever the order of the upload.</summary>
    public IReadOnlyList<SurveyedPart> Parts { get; private set; } = [];

    /// <exception cref="UnreadableFileException">A file cannot be read, or does not have enough examples.</exception>
    public static DatasetSurvey Of(SourceReader reader, ReadLimits limits, CancellationToken cancellation)
    {
        var survey = new DatasetSurvey(reader, limits);
        survey.Parts = [.. reader.Parts.Select(part => survey.Read(part, cancellation))];
        survey.RequireEnough();
        return survey;
    }

    private SurveyedPart Read(DatasetPart part, CancellationToken cancellation)
    {
        var (splits, labelsOfDivided, divided) = (new List<Split>(), new List<ushort>(), 0);
        foreach (var record in reader.Read(part, cancellation))
        {
            if (++count > limits.Records)
                throw new UnreadableFileException(
                    record.File ?? part.Name, record.Line, null,
                    $"the dataset has more than {limits.Records} examples, the most that this service takes");
            splits.Add(record.Split ?? part.Split ?? Split.Train);
            RefuseSecondValidation(splits[^1], record, part);
            var isDivided = IsDivided(splits[^1]);
            if (isDivided) divided++;
            foreach (var label in record.Labels)
            {
                var index = IndexOf(label, record, part);
                if (isDivided && definition.Task == LearningTask.SingleLabel) labelsOfDivided.Add(index);
            }
        }
        if (divided == 0) return new SurveyedPart(part, [.. splits]);
        RequireEnough(divided, part);

        var drawn = definition.Task == LearningTask.SingleLabel
            ? StratifiedSplit.Assign(labelsOfDivided, found, definition.Split!)
            : RandomSplit.Assign(divided, definition.Split!);
        var next = 0;
        return new SurveyedPart(part, [.. splits.Select(split => IsDivided(split) ? drawn[next++] : split)]);
    }

    /// <summary>A column of splits may have a validation split; then none is taken from train.</summary>
    private void RefuseSecondValidation(Split split, SourceRecord record, DatasetPart part)
    {
        if (split == Split.Validation && definition is { Split: not null, Columns.Split: { } column })
            throw new UnreadableFileException(
                part.Name, record.Line, column,
                "is in the validation split, so no other one is taken from train; leave out 'split'");
    }

    /// <summary>Numbers of examples, unlike shares, can be more than there are.</summary>
    private void RequireEnough(int examples, DatasetPart part)
    {
        var (test, validation) = (definition.Split!.Test ?? 0, definition.Split.Validation);
        if (!SplitFractions.IsCount(test) && !SplitFractions.IsCount(validation)) return;
        var wanted = (long)SplitFractions.Of(test, examples) + SplitFractions.Of(validation, examples);
        if (wanted >= examples)
            throw new UnreadableFileException(
                part.Name, null, null,
                $"has {examples} examples to divide, and 'split' takes {wanted} of them for test and validation; leave "
                + "examples for training");
    }

    /// <summary>
    /// The examples that are divided: all examples of a single file, or those of train if a share of it becomes the
    /// validation split.
    /// </summary>
    private bool IsDivided(Split split) => definition.Split is not null && split == Split.Train;

    private ushort IndexOf(string label, SourceRecord record, DatasetPart part)
    {
        if (indices.TryGetValue(label, out var index)) return index;
        if (appearances.TryGetValue(LabelText.Appearance(label), out var similar))
            throw Error(LabelText.Confusion(label, similar));
        if (definition.Labels is not null)
            throw Error(
                $"'{label}' is not among the definition's labels: {ColumnNames.Listed(definition.Labels)}"
                + NamesHint(label, definition.Labels));
        if (reader.KnownLabels is { Count: > 0 } known && !known.Contains(label))
            throw Error(
                $"'{label}' is not a label of {Wire.Name(definition.Format!.Value)}, which "
                    + $"has {ColumnNames.Listed(known)}");
        if (found.Count == DatasetLimits.MaxLabels)
            throw Error(
                $"'{label}' is label number {found.Count + 1}; a dataset has at most {DatasetLimits.MaxLabels}. Is " +
                "this the column of the labels?");
        return Add(label);

        UnreadableFileException Error(string message) =>
            new(record.LabelFile ?? record.File ?? part.Name, record.Line, definition.Columns!.ForLabels, message);
    }

    /// <summary>Files often have the numbers of labels instead of their names.</summary>
    private static string NamesHint(string label, IReadOnlyList<string> labels) =>
        LabelOrder.IsWhole(label) && !labels.Any(LabelOrder.IsWhole)
            ? "; if the files have numbers for them, replace 'labels' by 'labelNames', such as "
                + $"{{ \"{label}\": \"{Invisible.Shown(labels[0])}\", … }}"
            : "";

    private ushort Add(string label)
    {
        indices.Add(label, (ushort)found.Count);
        appearances[LabelText.Appearance(label)] = label;
        found.Add(label);
        return indices[label];
    }

    private void RequireEnough()
    {
        foreach (var part in Parts)
        {
            foreach (var split in Wanted(part.Part))
            {
                if (part.Splits.Contains(split)) continue;
                throw new UnreadableFileException(
                    part.Part.Name, null, null, part.Part.Split == split ? "has no example"
                    : definition.Split is null || part.Splits.Length == 0
                        || (split == Split.Test && definition.Split.Test is null)
                    ? $"has no example for {Wire.Name(split)}"
                    : $"leaves no example for {Wire.Name(split)}: {part.Splits.Length} examples are too few for this "
                        + "division");
            }
        }
        if (found.Count < DatasetRules.LeastLabels(definition.Task))
            throw new UnreadableFileException(
                Parts[0].Part.Name, null, definition.Columns!.ForLabels,
                found.Count == 0
                    ? "no example has a label"
                    : $"'{found[0]}' is the only label; at least two are required");
    }

    private IEnumerable<Split> Wanted(DatasetPart part)
    {
        if (part.Split is null or Split.Train) yield return Split.Train;
        if (part.Split == Split.Validation
            || (part.Split is null or Split.Train && definition.Split is { Validation: > 0 }))
            yield return Split.Validation;
        if (part.Split is null or Split.Test) yield return Split.Test;
    }
}

/// <param name="Splits">The split of each example.</param>
internal sealed record SurveyedPart(DatasetPart Part, Split[] Splits);
