namespace PieService.Domain.Datasets;

/// <summary>What a dataset's definition and its parts must fulfil; says everything that is wrong at once.</summary>
public static class DatasetRules
{
    public const int MaxLabels = 10_000;
    public const int MaxSeparator = 10;

    private const string NameRule = "must have 1 to 200 characters, none of them a control character";
    private const string Later = "is not served by this version";

    /// <param name="parts">Names of the file parts that came with the definition.</param>
    public static IReadOnlyList<FieldError> Check(DatasetDefinition definition, IReadOnlyCollection<string> parts) =>
    [
        .. Names(definition),
        .. Columns(definition),
        .. Labels(definition),
        .. Division(definition, parts),
        .. definition.Split is { } split ? Fractions(split) : [],
    ];

    /// <summary>Whether the file parts make a dataset, whatever the definition says.</summary>
    public static IEnumerable<FieldError> CheckParts(IReadOnlyCollection<string> parts)
    {
        var splits = parts.Where(part => part != DatasetPart.Undivided).ToList();
        if (parts.Count == 0)
            yield return new(DatasetPart.Undivided, "is required: one part 'file' to be divided, or parts 'train', 'test' and, if there is one, 'validation'");
        else if (splits.Count < parts.Count && splits.Count > 0)
            yield return new(DatasetPart.Undivided, $"cannot be together with {string.Join(", ", splits)}: send one file to be divided, or one for each split");
        else if (splits.Count > 0)
            foreach (var missing in new[] { Split.Train, Split.Test }.Select(Wire.Name).Except(splits))
                yield return new(missing, "is required: a file part");
    }

    private static IEnumerable<FieldError> Names(DatasetDefinition definition)
    {
        if (string.IsNullOrWhiteSpace(definition.Name)) yield return new("name", "is required: 1 to 200 characters");
        else if (!FieldError.IsName(definition.Name)) yield return new("name", NameRule);

        if (definition.Task is null) yield return new("task", "is required: singleLabel or multiLabel");

        if (definition.Format is not { } format) yield return new("format", "is required: csv, tsv, jsonl or parquet");
        else if (format is not (DatasetFormat.Csv or DatasetFormat.Tsv or DatasetFormat.Jsonl or DatasetFormat.Parquet))
            yield return new("format", $"{Wire.Name(format)} {Later}; use csv, tsv, jsonl or parquet");
        else if (format == DatasetFormat.Parquet && definition.Encoding != TextEncoding.Utf8)
            yield return new("encoding", "is for text files; the texts of Parquet are UTF-8, so leave it out");
    }

    private static IEnumerable<FieldError> Columns(DatasetDefinition definition)
    {
        if (definition.Columns is not { } columns)
        {
            yield return new("columns", "is required: { \"text\": \"…\", \"label\": \"…\" }");
            yield break;
        }
        if (columns.Text is null) yield return new("columns.text", "is required: the name of the column that holds the text");
        if (definition.Task == LearningTask.MultiLabel)
        {
            if (columns.Labels is null) yield return new("columns.labels", "is required: the name of the column that holds the labels");
            if (columns.Label is not null) yield return new("columns.label", "is for single-label data; use columns.labels");
            if (definition.LabelSeparator is { } separator && (separator.Length is 0 or > MaxSeparator || separator.Any(char.IsControl)))
                yield return new("labelSeparator", $"must have 1 to {MaxSeparator} characters, none of them a control character; leave it out where the labels are a JSON list");
        }
        else
        {
            if (columns.Label is null) yield return new("columns.label", "is required: the name of the column that holds the label");
            if (columns.Labels is not null) yield return new("columns.labels", "is for multi-label data; use columns.label");
            if (definition.LabelSeparator is not null) yield return new("labelSeparator", "is for multi-label data; leave it out");
        }

        var mapped = new (string Field, string? Column)[]
        {
            ("text", columns.Text), ("secondText", columns.SecondText), ("label", columns.Label), ("labels", columns.Labels), ("id", columns.Id),
        };
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
            yield return new("labels", $"must have at least {(labels.Count == 0 ? "one label" : "two labels")}; leave it out to take them from the files");
        if (labels.Count > MaxLabels)
        {
            yield return new("labels", $"must have at most {MaxLabels} labels");
            yield break;
        }
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var i = 0; i < labels.Count; i++)
        {
            if (labels[i] is null || !FieldError.IsName(labels[i])) yield return new($"labels[{i}]", NameRule);
            else if (!first.TryAdd(labels[i], i)) yield return new($"labels[{i}]", $"repeats labels[{first[labels[i]]}]");
        }
    }

    /// <summary>With one, single-label data has nothing to tell apart; of multi-label data it may be there or not.</summary>
    public static int LeastLabels(LearningTask? task) => task == LearningTask.MultiLabel ? 1 : 2;

    private static IEnumerable<FieldError> Division(DatasetDefinition definition, IReadOnlyCollection<string> parts)
    {
        var undivided = parts.Contains(DatasetPart.Undivided);
        if (undivided && definition.Split is null)
            yield return new("split", "is required to divide a single file: { \"validation\": 0.1, \"test\": 0.1, \"seed\": 42 }");
        if (!undivided && parts.Count > 0 && definition.Split is not null)
            yield return new("split", "is for a single part 'file'; leave it out where there is a file for each split");
    }

    private static IEnumerable<FieldError> Fractions(SplitFractions split)
    {
        if (split.Validation is < 0 or >= 1) yield return new("split.validation", "must be >= 0 and < 1; 0 makes no validation split");
        if (split.Test is null) yield return new("split.test", "is required: a fraction > 0 and < 1");
        else if (split.Test is <= 0 or >= 1) yield return new("split.test", "must be > 0 and < 1");
        else if (split.Validation is >= 0 and < 1 && split.Validation + split.Test >= 1)
            yield return new("split", "must leave something to train on: validation + test < 1");
    }
}
