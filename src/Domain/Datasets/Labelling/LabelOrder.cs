using System.Text.RegularExpressions;

namespace PieService.Domain.Datasets.Labelling;

/// <summary>The order of labels that no definition orders: as numbers if all are whole numbers, else by name.</summary>
internal static partial class LabelOrder
{
    public static IReadOnlyList<string> Sort(IReadOnlyList<string> labels) =>
        labels.All(IsWhole) ? ByNumber(labels) : [.. labels.Order(StringComparer.Ordinal)];

    /// <summary>In the order of the numbers if all are whole numbers; otherwise in the given order.</summary>
    public static IReadOnlyList<string> ByNumber(IReadOnlyList<string> labels) =>
        labels.All(IsWhole) ? [.. labels.Order(Comparer<string>.Create(CompareNumbers))] : labels;

    /// <summary>Whether a text is a whole number as programs write it, without zeros in front; of any length.</summary>
    public static bool IsWhole(string text) => WholeNumber().IsMatch(text);

    private static int CompareNumbers(string left, string right)
    {
        var (isLeftNegative, isRightNegative) = (left[0] == '-', right[0] == '-');
        if (isLeftNegative != isRightNegative) return isLeftNegative ? -1 : 1;
        var magnitudes = left.Length != right.Length
            ? left.Length.CompareTo(right.Length) : string.CompareOrdinal(left, right);
        return isLeftNegative ? -magnitudes : magnitudes;
    }

    [GeneratedRegex("^(0|-?[1-9][0-9]*)\\z", RegexOptions.CultureInvariant)]
    private static partial Regex WholeNumber();
}
