using PieService.Domain.Datasets.Corpora;
using PieService.Domain.Files;

namespace PieService.Domain.Datasets;

/// <summary>The conditions that a dataset's definition and its parts must meet; reports all faults at once.</summary>
public static class DatasetRules
{
    private const string NameRule = "must have 1 to 200 characters, none of them a control character";

    /// <summary>The formats whose labels may be in separate parts, such as trainLabels, with a labelIndex.</summary>
    public static string FormatsWithLabelFiles { get; } = PublishedCorpora.Formats(corpus => corpus.HasLabelFiles);

    /// <summary>The formats whose part 'file' is an archive that contains the splits.</summary>
    public static string FormatsWithSplits { get; } = PublishedCorpora.Formats(corpus => corpus.FileHasSplits);

    /// <param name="parts">The names of the file parts of the upload.</param>
    public static IReadOnlyList<FieldError> Check(DatasetDefinition definition, IReadOnlyCollection<string> parts) =>
    [
        .. Names(definition),
        .. Table(definition),
        .. PublishedCorpora.Of(definition.Format) is { } corpus ? Published(definition, corpus) : Columns(definition),
        .. Labels(definition),
        .. Minimum(definition),
        .. Companions(definition, parts),
        .. Division(definition, parts),
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
                yield return new(missing, "is required: a file part");
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
        foreach (var (field, column) in Mapped(definition.Columns))
            if (column is not null && !IsColumnNumber(column))
                yield return new(
                    $"columns.{field}",
                    "must be the number of a column, from \"1\", since 'header' is false and columns have no names");
    }

    private static bool IsColumnNumber(string column) =>
        column.Length <= 6 && column is [>= '1' and <= '9', ..] && column.All(char.IsAsciiDigit);

    private static (string Field, string? Column)[] Mapped(ColumnMapping? columns) => columns is null ? [] :
    [
        ("text", columns.Text), ("secondText", columns.SecondText), ("label", columns.Label),
        ("labels", columns.Labels), ("id", columns.Id),
    ];

    /// <summary>A published format determines what a definition states for other files.</summary>
    private static IEnumerable<FieldError> Published(DatasetDefinition definition, Corpus corpus)
    {
        var format = Wire.Name(definition.Format!.Value);
        if (definition.Task is { } task && task != corpus.Task)
            yield return new("task", $"must be {Wire.Name(corpus.Task)}, the task of {format}");
        if (definition.Columns is not null)
            yield return new(
                "columns", $"is for your own tables and JSON lines; omit it, since {format} determines it");
        if (definition.LabelSeparator is not null)
            yield return new(
                "labelSeparator", $"is for your own tables and JSON lines; omit it, since {format} determines it");
        if (definition.Encoding != TextEncoding.Utf8 && definition.Encoding != corpus.Encoding)
            yield return new(
                "encoding",
                $"is for your own text files; omit it, since {format} is in {Wire.Name(corpus.Encoding)}");
    }

    private static IEnumerable<FieldError> Columns(DatasetDefinition definition)
    {
        if (definition.Columns is not { } columns)
        {
            yield return new("columns", "is required: { \"text\": \"…\", \"label\": \"…\" }");
            yield break;
        }
        if (columns.Text is null)
            yield return new("columns.text", "is required: the name of the column that holds the text");
        if (definition.Task == LearningTask.MultiLabel)
        {
            if (columns.Labels is null)
                yield return new("columns.labels", "is required: the name of the column that holds the labels");
            if (columns.Label is not null)
                yield return new("columns.label", "is for single-label data; use columns.labels");
            if (definition.LabelSeparator is { } separator &&
                (separator.Length is 0 or > DatasetLimits.MaxSeparator || separator.Any(char.IsControl)))
                yield return new(
                    "labelSeparator",
                    $"must have 1 to {DatasetLimits.MaxSeparator} characters, none of them a control character; " +
                    "omit it if the labels are a JSON list");
        }
        else
        {
            if (columns.Label is null)
                yield return new("columns.label", "is required: the name of the column that holds the label");
            if (columns.Labels is not null)
                yield return new("columns.labels", "is for multi-label data; use columns.label");
            if (definition.LabelSeparator is not null)
                yield return new("labelSeparator", "is for multi-label data; leave it out");
        }

        var mapped = Mapped(columns);
        for (var i = 0; i < mapped.Length; i++)
        {
            if (mapped[i].Column is not { } column) continue;
            if (!FieldError.IsName(column)) yield return new($"columns.{mapped[i].Field}", NameRule);
            else if (mapped.Take(i).FirstOrDefault(earlier => earlier.Column == column).Field is { } taken)
                yield return new($"columns.{mapped[i].Field}", $"names the same column as columns.{taken}");
        }
    }

    private static IEnumerable<FieldError> Labels(DatasetDefinition definition)
    {
        if (definition.Labels is not { } labels) yield break;
        if (labels.Count < LeastLabels(definition.Task))
            yield return new(
                "labels",
                $"must have at least {(labels.Count == 0 ? "one label" : "two labels")}; leave it out to take them "
                    + "from the files");
        if (labels.Count > DatasetLimits.MaxLabels)
        {
            yield return new("labels", $"must have at most {DatasetLimits.MaxLabels} labels");
            yield break;
        }
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < labels.Count; i++)
        {
            if (labels[i] is null || !FieldError.IsName(labels[i])) yield return new($"labels[{i}]", NameRule);
            else if (!first.TryAdd(labels[i], i))
                yield return new($"labels[{i}]", $"repeats labels[{first[labels[i]]}]");
        }
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

    private static IEnumerable<FieldError> Division(DatasetDefinition definition, IReadOnlyCollection<string> parts)
    {
        var corpus = PublishedCorpora.Of(definition.Format);
        var isOneFile = parts.Contains(DatasetPart.Undivided);
        var hasTest = !isOneFile || corpus is { FileHasSplits: true };
        if (definition.Split is not { } split)
        {
            if (!hasTest)
                yield return new(
                    "split",
                    "is required to divide a single file: { \"validation\": 0.1, \"test\": 0.1, \"seed\": 42 }");
            yield break;
        }
        if (!parts.Any(DatasetPart.HoldsExamples)) hasTest = split.Test is null;
        else if (parts.Contains(Wire.Name(Split.Validation)) || (isOneFile && corpus is { FileHasValidation: true }))
        {
            yield return new(
                "split", "divides examples that are not divided yet; omit it, since there is a validation split");
            yield break;
        }
        foreach (var error in Fractions(split, hasTest)) yield return error;
    }

    private static IEnumerable<FieldError> Fractions(SplitFractions split, bool hasTest)
    {
        if (split.Validation is < 0 or >= 1)
            yield return new("split.validation", "must be >= 0 and < 1; 0 means no validation split");
        else if (hasTest && split.Validation == 0)
            yield return new(
                "split.validation",
                "is required if there is a test split: the share of train that becomes the validation split");
        if (hasTest)
        {
            if (split.Test is not null)
                yield return new("split.test", "divides a single file; omit it, since there is a test split");
            yield break;
        }
        if (split.Test is null) yield return new("split.test", "is required: a fraction > 0 and < 1");
        else if (split.Test is <= 0 or >= 1) yield return new("split.test", "must be > 0 and < 1");
        else if (split.Validation is >= 0 and < 1 && split.Validation + split.Test >= 1)
            yield return new("split", "must leave examples for training: validation + test < 1");
    }
}
