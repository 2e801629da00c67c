using PieService.Domain.Datasets;
using PieService.Domain.Datasets.Labelling;
using PieService.Domain.Files;

namespace PieService.Domain.Foreign.Assembly;

/// <summary>The labels of an import: those that the definition or the dataset fixes, or those of the files.</summary>
/// <param name="stated">Null to take the labels of the files.</param>
internal sealed class FoundLabels(IReadOnlyList<string>? stated)
{
    private readonly HashSet<string> found = new(stated ?? [], StringComparer.Ordinal);

    /// <summary>The labels by what a reader sees of them, and truth values by their numbers.</summary>
    private readonly Dictionary<string, string> appearances = new(StringComparer.Ordinal);
    private int numbered;

    /// <summary>In the order that decides ties.</summary>
    public IReadOnlyList<string> InOrder() => stated ?? LabelOrder.Sort([.. found.Order(StringComparer.Ordinal)]);

    /// <summary>Adds the labels 0 to a number less one, as questions with so many choices have.</summary>
    /// <returns>Why one of them cannot be a label; null if all can.</returns>
    public string? AddNumbers(int count)
    {
        if (stated is not null) return null;
        for (; numbered < count; numbered++)
            if (Add([$"{numbered}"]) is { } fault) return fault;
        return null;
    }

    /// <param name="labels">Null for none.</param>
    /// <returns>Why one of them cannot be a label; null if all can.</returns>
    public string? Add(IReadOnlyList<string>? labels)
    {
        for (var i = 0; i < (labels?.Count ?? 0); i++)
            if (!found.Contains(labels![i]) && Add(labels[i]) is { } fault) return fault;
        return null;
    }

    private string? Add(string label)
    {
        if (stated is not null)
            return $"has the label '{Invisible.Shown(label.Length > 200 ? label[..200] : label)}', which is not one of "
                + $"{ColumnNames.Listed(stated)}";
        if (LabelText.Fault(label) is { } fault) return fault;
        if (appearances.TryGetValue(Appearance(label), out var similar))
            return LabelText.Confusion(label, similar);
        if (found.Count == DatasetLimits.MaxLabels)
            return $"'{label}' is label number {found.Count + 1}; a dataset has at most {DatasetLimits.MaxLabels}. Is "
                + "this the column of the labels?";
        found.Add(label);
        appearances.Add(Appearance(label), label);
        return null;
    }

    /// <summary>pandas writes True where JSON and Parquet have true, and 1 where a column has numbers too.</summary>
    private static string Appearance(string label) => label switch
    {
        "true" or "True" or "TRUE" => "1",
        "false" or "False" or "FALSE" => "0",
        _ => LabelText.Appearance(label),
    };
}
