using PieService.Domain.Datasets.Labelling;

namespace PieService.Domain.Datasets;

/// <summary>The conditions for the columns of a definition.</summary>
internal static class ColumnRules
{
    /// <param name="isOneFile">Whether the upload has a single file, not one for each split.</param>
    public static IEnumerable<FieldError> Check(DatasetDefinition definition, bool isOneFile)
    {
        if (definition.Columns is not { } columns)
            return [new("columns", "is required: { \"text\": \"…\", \"label\": \"…\" }")];
        return
        [
            .. Text(columns),
            .. definition.Task == LearningTask.MultiLabel ? MultiLabel(definition, columns)
                : SingleLabel(definition, columns),
            .. Split(columns, isOneFile),
            .. Attributes(columns),
            .. Names(columns),
        ];
    }

    private static IEnumerable<FieldError> Text(ColumnMapping columns)
    {
        const string separator = "columns.textSeparator";
        if (columns.Text is not { Count: > 0 })
            yield return new("columns.text", "is required: the name of the column that holds the text");
        else if (columns.Text.Count > DatasetLimits.MaxTextColumns)
            yield return new("columns.text", $"must have at most {DatasetLimits.MaxTextColumns} columns");
        if (columns.TextSeparator is not { } between) yield break;
        if (columns.Text is not { IsList: true })
            yield return new(separator, "is for a list of columns in columns.text; leave it out");
        else if (between.Length > DatasetLimits.MaxTextSeparator
            || between.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')))
            yield return new(
                separator,
                $"must have at most {DatasetLimits.MaxTextSeparator} characters, none of them a control character "
                + "except tabs and line ends");
    }

    private static IEnumerable<FieldError> MultiLabel(DatasetDefinition definition, ColumnMapping columns)
    {
        if (columns.Labels is not { Count: > 0 })
            yield return new(
                "columns.labels",
                "is required: the name of the column that holds the labels, or a list of columns with a label each");
        else if (columns.Labels.Count > DatasetLimits.MaxLabels)
            yield return new("columns.labels", $"must have at most {DatasetLimits.MaxLabels} columns");
        if (columns.Label is not null)
            yield return new("columns.label", "is for single-label data; use columns.labels");
        if (definition.LabelSeparator is not { } separator) yield break;
        if (columns.LabelColumns is not null)
            yield return new(
                "labelSeparator", "is for one column with all labels; leave it out, since columns.labels is a list");
        else if (separator.Length is 0 or > DatasetLimits.MaxSeparator || separator.Any(char.IsControl))
            yield return new(
                "labelSeparator",
                $"must have 1 to {DatasetLimits.MaxSeparator} characters, none of them a control character; "
                + "omit it if the labels are a list as JSON or Python writes it");
    }

    private static IEnumerable<FieldError> SingleLabel(DatasetDefinition definition, ColumnMapping columns)
    {
        if (columns.Label is null)
            yield return new("columns.label", "is required: the name of the column that holds the label");
        if (columns.Labels is not null)
            yield return new("columns.labels", "is for multi-label data; use columns.label");
        if (definition.LabelSeparator is not null)
            yield return new("labelSeparator", "is for multi-label data; leave it out");
    }

    private static IEnumerable<FieldError> Split(ColumnMapping columns, bool isOneFile)
    {
        if (columns.Split is not null && !isOneFile)
            yield return new(
                "columns.split", "is for a single part 'file'; leave it out, since there is a file for each split");
    }

    private static IEnumerable<FieldError> Attributes(ColumnMapping columns)
    {
        if (columns.Attributes is { Count: > DatasetLimits.MaxAttributes })
            yield return new("columns.attributes", $"must have at most {DatasetLimits.MaxAttributes} columns");
    }

    private static IEnumerable<FieldError> Names(ColumnMapping columns)
    {
        var taken = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (field, column) in Mapped(columns))
        {
            if (!FieldError.IsName(column)) yield return new(field, DatasetRules.NameRule);
            else if (!taken.TryAdd(column, field)) yield return new(field, $"names the same column as {taken[column]}");
        }
        foreach (var column in columns.LabelColumns ?? Enumerable.Empty<string>())
        {
            if (FieldError.IsName(column) && LabelText.Fault(column) is { } fault)
                yield return new("columns.labels", $"names the labels too: {fault}");
        }
    }

    /// <summary>Each column, with the path of its field.</summary>
    public static IEnumerable<(string Field, string Column)> Mapped(ColumnMapping? columns)
    {
        if (columns is null) yield break;
        foreach (var mapped in List("columns.text", columns.Text)) yield return mapped;
        if (columns.SecondText is { } second) yield return ("columns.secondText", second);
        if (columns.Label is { } label) yield return ("columns.label", label);
        foreach (var mapped in List("columns.labels", columns.Labels)) yield return mapped;
        if (columns.Id is { } id) yield return ("columns.id", id);
        if (columns.Split is { } split) yield return ("columns.split", split);
        foreach (var (i, attribute) in (columns.Attributes ?? []).Index())
            yield return ($"columns.attributes[{i}]", attribute);
    }

    private static IEnumerable<(string Field, string Column)> List(string field, ColumnList? columns) =>
        columns is null ? [] : columns.Select((column, i) => (columns.IsList ? $"{field}[{i}]" : field, column));
}
