using PieService.Domain.Datasets.Corpora;
using PieService.Domain.Datasets.Labelling;
using PieService.Domain.Files;

namespace PieService.Domain.Datasets;

/// <summary>The conditions that a dataset's definition and its parts must meet; reports all faults at once.</summary>
public static class DatasetRules
{
    internal const string NameRule = "must have 1 to 200 characters, none of them a control character";

    /// <summary>The formats whose labels may be in separate parts, such as trainLabels, with a labelIndex.</summary>
    public static string FormatsWithLabelFiles { get; } = PublishedCorpora.Formats(corpus => corpus.HasLabelFiles);

    /// <summary>The formats whose part 'file' is an archive that contains the splits.</summary>
    public static string FormatsWithSplits { get; } = PublishedCorpora.Formats(corpus => corpus.FileHasSplits);

    /// <param name="parts">The names of the file parts of the upload.</param>
    public static IReadOnlyList<FieldError> Check(DatasetDefinition definition, IReadOnlyCollection<string> parts) =>
    [
        .. Names(definition),
        .. Table(definition),
        .. PublishedCorpora.Of(definition.Format) is { } corpus ? Published(definition, corpus)
            : ColumnRules.Check(definition, !parts.Any(part => Wire.TryParse<Split>(part, out _))),
        .. LabelRules.Check(definition),
        .. Minimum(definition),
        .. Companions(definition, parts),
        .. SplitRules.Check(definition, parts),
    ];

    /// <summary>Checks the file parts, independently of the definition.</summary>
    public static IEnumerable<FieldError> CheckParts(IReadOnlyCollection<string> parts)
    {
        var files = parts.Where(DatasetPart.HoldsExamples).ToList();
        var splits = files.Where(part => part != DatasetPart.Undivided).ToList();
        if (files.Count == 0)
            yield return new(
                DatasetPart.Undivided,
                "is required: one part 'file' (an archive, or a file to divide), or parts 'train', 'test' and, " +
                "optionally, 'validation'");
        else if (splits.Count < files.Count && splits.Count > 0)
            yield return new(
                DatasetPart.Undivided,
                $"cannot be combined with {string.Join(", ", splits)}: send one file to divide, or one for each split");
        else if (splits.Count > 0)
            foreach (var missing in new[] { Split.Train, Split.Test }.Select(Wire.Name).Except(splits))
                yield return new(
                    missing,
                    "is required: a file part; or send one part 'file', and divide it with 'split' of the definition");
    }

    private static IEnumerable<FieldError> Names(DatasetDefinition definition)
    {
        if (string.IsNullOrWhiteSpace(definition.Name)) yield return new("name", "is required: 1 to 200 characters");
        else if (!FieldError.IsName(definition.Name)) yield return new("name", NameRule);

        if (definition.Task is null) yield return new("task", "is required: singleLabel or multiLabel");

        if (definition.Format is null)
            yield return new("format", $"is required: one of {string.Join(", ", Wire.All<DatasetFormat>())}");
        else if (definition.Format == DatasetFormat.Parquet && definition.Encoding != TextEncoding.Utf8)
            yield return new("encoding", "is for text files; the texts of Parquet are UTF-8, so leave it out");
    }

    /// <summary>Checks the fields that state how a table is written.</summary>
    private static IEnumerable<FieldError> Table(DatasetDefinition definition)
    {
        if (definition.Delimiter is { } delimiter)
        {
            if (definition.Format == DatasetFormat.Tsv)
                yield return new("delimiter", "is for csv; the delimiter of tsv is a tab, so omit it");
            else if (definition.Format is not (null or DatasetFormat.Csv))
                yield return new("delimiter", "is for csv; omit it");
            else if (!Delimiters.All.Contains(delimiter))
                yield return new("delimiter", $"must be one of {Delimiters.Listed}");
        }
        if (definition.Header) yield break;
        if (definition.Format is not (null or DatasetFormat.Csv or DatasetFormat.Tsv))
        {
            yield return new("header", "is for csv and tsv; omit it");
            yield break;
        }
        foreach (var (field, column) in ColumnRules.Mapped(definition.Columns))
            if (!IsColumnNumber(column))
                yield return new(
                    field,
                    "must be the number of a column, from \"1\", since 'header' is false and columns have no names");
    }

    private static bool IsColumnNumber(string column) =>
        column.Length <= 6 && column is [>= '1' and <= '9', ..] && column.All(char.IsAsciiDigit);

    /// <summary>A published format determines what a definition states for other files.</summary>
    private static IEnumerable<FieldError> Published(DatasetDefinition definition, Corpus corpus)
    {
        var format = Wire.Name(definition.Format!.Value);
        if (definition.Task is { } task && task != corpus.Task)
            yield return new("task", $"must be {Wire.Name(corpus.Task)}, the task of {format}");
        foreach (var field in new[]
        {
            definition.Columns is null ? null : "columns",
            definition.LabelSeparator is null ? null : "labelSeparator",
            definition.LabelNames is null ? null : "labelNames",
            definition.DropLabels is null ? null : "dropLabels",
        }.OfType<string>())
            yield return new(field, $"is for your own tables and JSON lines; omit it, since {format} determines it");
        if (definition.Encoding != TextEncoding.Utf8 && definition.Encoding != corpus.Encoding)
            yield return new(
                "encoding",
                $"is for your own text files; omit it, since {format} is in {Wire.Name(corpus.Encoding)}");
    }

    /// <summary>
    /// Single-label data with one label has nothing to distinguish; a single label of multi-label data may be present
    /// or absent.
    /// </summary>
    public static int LeastLabels(LearningTask? task) => task == LearningTask.MultiLabel ? 1 : 2;

    /// <summary>Checks which accompanying files a format allows and requires.</summary>
    private static IEnumerable<FieldError> Companions(DatasetDefinition definition, IReadOnlyCollection<string> parts)
    {
        var corpus = PublishedCorpora.Of(definition.Format);
        var splits = Wire.All<Split>().Where(parts.Contains).ToList();
        if (corpus is { HasSplitFiles: false })
            foreach (var split in splits)
                yield return new(
                    split, $"is not for {Wire.Name(definition.Format!.Value)}, whose archive is one part 'file'");

        var labelled = parts.Select(part => (Part: part, Of: new DatasetPart(part, "").LabelsOf))
            .Where(part => part.Of is not null).ToList();
        foreach (var (part, of) in labelled)
        {
            if (corpus is not { HasLabelFiles: true })
                yield return new(
                    part,
                    $"is for {FormatsWithLabelFiles}; the labels of other formats are in the files of their texts");
            else if (!parts.Contains(of!)) yield return new(of!, $"is required, since there is {part}");
        }
        if (labelled.Count > 0)
            foreach (var split in splits.Where(split => labelled.TrueForAll(part => part.Of != split)))
                yield return new(
                    DatasetPart.LabelsPart(split),
                    "is required, since other splits have their labels in a separate part");

        if (!parts.Contains(DatasetPart.LabelIndex)) yield break;
        if (corpus is not { HasLabelFiles: true })
            yield return new(
                DatasetPart.LabelIndex,
                $"is for {FormatsWithLabelFiles}; for other formats the definition's labels fix the order");
        else if (definition.Labels is not null)
            yield return new(
                "labels",
                $"fixes the order of the labels, as the part {DatasetPart.LabelIndex} does; omit one of them");
    }

    private static IEnumerable<FieldError> Minimum(DatasetDefinition definition)
    {
        if (definition.MinimumDocuments is not { } minimum) yield break;
        if (PublishedCorpora.Of(definition.Format) is not { HasMinimumDocuments: true })
            yield return new(
                "minimumDocuments",
                $"is for {PublishedCorpora.Formats(corpus => corpus.HasMinimumDocuments)}; leave it out");
        else if (minimum is < 1 or > DatasetLimits.MaxMinimumDocuments)
            yield return new("minimumDocuments", $"must be from 1 to {DatasetLimits.MaxMinimumDocuments}");
    }
}
