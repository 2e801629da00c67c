using PieService.Domain.Datasets.Texts;

namespace PieService.Domain.Datasets;

/// <summary>Finds the subgroups of an example.</summary>
/// <param name="subgroups">At most <see cref="Most"/>.</param>
/// <param name="labels">The labels of the dataset.</param>
public sealed class SubgroupConditions(IReadOnlyList<SubgroupWhere> subgroups, string[] labels)
{
    /// <summary>The bits of a set of subgroups.</summary>
    public const int Most = 128;

    private readonly bool hasWords = subgroups.Any(where => where.HasWords);

    /// <summary>The label of each subgroup: null without one, and -1 for one that the dataset does not have.</summary>
    private readonly short?[] classes =
        [.. subgroups.Select(where => where.Label is { } label ? (short?)Array.IndexOf(labels, label) : null)];

    /// <summary>Whether the texts of the examples are needed.</summary>
    public bool NeedTexts { get; } = subgroups.Any(where => where.NeedsTexts);

    /// <returns>A set with bit i for subgroup i.</returns>
    public UInt128 Of(Example example)
    {
        var (words, found) = (hasWords ? Words(example) : 0, UInt128.Zero);
        for (var i = 0; i < subgroups.Count; i++)
            if (Holds(subgroups[i], classes[i], example, words)) found |= UInt128.One << i;
        return found;
    }

    private static bool Holds(SubgroupWhere where, short? label, Example example, int words) =>
        (label is not { } c || example.Labels.Contains(c))
        && (where.MinWords is not { } least || words >= least)
        && (where.MaxWords is not { } most || words <= most)
        && (where.Attribute is not { } name || example.Attributes?.GetValueOrDefault(name) == where.AttributeValue)
        && (where.Contains is not { } part || Has(example.Text, part)
            || (example.SecondText is { } second && Has(second, part)));

    private static bool Has(string text, string part) => text.Contains(part, StringComparison.OrdinalIgnoreCase);

    private static int Words(Example example) => SyllableCounts.Words(example.Text).Count
        + (example.SecondText is { } second ? SyllableCounts.Words(second).Count : 0);
}
