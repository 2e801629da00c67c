using PieService.Domain.Datasets.Labelling;

namespace PieService.Domain.Datasets.Reading;

/// <summary>A cell of a column that states for each example whether it has one label.</summary>
internal static class LabelFlag
{
    /// <summary>The labels whose cells are set, in the order of their columns.</summary>
    /// <param name="cell">The text of the cell of a column.</param>
    /// <param name="error">Reports a cell with another content.</param>
    public static IReadOnlyList<string> Labels(
        ColumnList columns, LabelSelection selection, Func<string, string> cell,
        Func<string, string, Exception> error)
    {
        var labels = new List<string>();
        foreach (var column in columns)
        {
            var value = cell(column);
            // An example is dropped by its labels, so this value is returned as one.
            if (selection.Drops(value)) return [value];
            if (IsSet(value) ?? throw error(column, Rule(value))) labels.Add(column);
        }
        return labels;
    }

    private static bool? IsSet(string value) => value.ToUpperInvariant() switch
    {
        "1" or "1.0" or "TRUE" => true,
        "0" or "0.0" or "FALSE" => false,
        _ => null,
    };

    private static string Rule(string value) =>
        (value.Length == 0 ? "has no value" : $"has '{Invisible.Shown(value.Length > 40 ? value[..40] : value)}'")
        + "; a column of a label has 1 or true if an example has the label, and 0 or false otherwise. To drop the "
        + $"examples with another value, set 'dropLabels', such as [\"{(value.Length == 0 ? "" : "-1")}\"]";
}
