using PieService.Domain.Files;

namespace PieService.Domain.Datasets.Labelling;

/// <summary>
/// Makes labels of the dataset from those in a file: omits the examples whose label is dropped, and names the codes.
/// </summary>
internal sealed class LabelSelection(DatasetDefinition definition)
{
    /// <summary>The reason, in the counts of a dataset, for an example without a label.</summary>
    private const string NoLabel = "noLabel";

    private readonly HashSet<string> dropped = new(definition.DropLabels ?? [], StringComparer.Ordinal);

    public bool Drops(string label) => dropped.Contains(label);

    /// <summary>The reason why an example is omitted; null if it is not.</summary>
    public string? ReasonToDrop(IReadOnlyList<string> labels)
    {
        if (dropped.Count == 0) return null;
        foreach (var label in labels)
            if (Drops(label)) return label.Length == 0 ? NoLabel : $"label:{label}";
        return null;
    }

    /// <exception cref="FormatException">
    /// A text is not a label, or has no name; the message follows the name of its column.
    /// </exception>
    public IReadOnlyList<string> Named(IReadOnlyList<string> labels)
    {
        foreach (var label in labels)
            if (LabelText.Fault(label) is { } fault) throw new FormatException(fault);
        return definition.LabelNames is { } names
            ? [.. labels.Select(label => names.NameOf(label) ?? throw WithoutName(label, names))] : labels;
    }

    private static FormatException WithoutName(string label, LabelNames names) => new(
        $"'{Invisible.Shown(label)}' has no name in 'labelNames', which has names of "
        + $"{ColumnNames.Listed(names.Codes)}; add one, or add '{Invisible.Shown(label)}' to 'dropLabels' to drop its "
        + "examples");
}
