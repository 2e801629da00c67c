using System.Text;

namespace PieService.Domain.Datasets.Labelling;

/// <summary>The text of a label: which texts are labels, and which labels a reader cannot distinguish.</summary>
internal static class LabelText
{
    public const string Rule =
        "a label has 1 to 200 characters, no white space or invisible characters at its ends and no control characters";

    private const int Shortened = 60;

    /// <returns>What is wrong with a label, for a message; null if nothing is.</returns>
    public static string? Fault(string label)
    {
        if (label.Length == 0) return "the label is empty";
        if (label.Length > 200)
            return $"the label '{Shown(label)}' has {label.Length} characters; {Rule}. Is this the column of the "
                + "labels?";
        if (label.EnumerateRunes().Any(Rune.IsControl))
            return $"the label '{Shown(label)}' has a control character; {Rule}";
        var (first, last) = (label.EnumerateRunes().First(), label.EnumerateRunes().Last());
        return IsUnseen(last) ? AtEnd("end", last) : IsUnseen(first) ? AtEnd("beginning", first) : null;

        string AtEnd(string end, Rune rune) =>
            $"the label '{Shown(label)}' has {(Rune.IsWhiteSpace(rune) ? "white space" : "an invisible character")} "
            + $"({Invisible.CodePoint(rune)}) at its {end}; remove it, since {Rule}";
    }

    /// <summary>
    /// A text that is equal for labels that look the same: composed and decomposed letters, all kinds of space, and
    /// labels that differ in invisible characters. 1 and 1.0 are the same too: pandas writes 1.0 if a value is missing.
    /// </summary>
    public static string Appearance(string label)
    {
        var seen = new StringBuilder(label.Length);
        foreach (var rune in label.EnumerateRunes())
        {
            if (Invisible.Is(rune)) continue;
            if (Rune.IsWhiteSpace(rune)) seen.Append(' ');
            else foreach (var part in CanonicalDecomposition.Of(rune)) seen.Append(part);
        }
        var text = seen.ToString();
        return text.EndsWith(".0", StringComparison.Ordinal) && LabelOrder.IsWhole(text[..^2]) ? text[..^2] : text;
    }

    /// <summary>The message about two labels that look the same.</summary>
    public static string Confusion(string label, string earlier) =>
        $"the label '{Invisible.Shown(label, isDistinct: true)}' and the label "
        + $"'{Invisible.Shown(earlier, isDistinct: true)}' look the same, or are the same number or truth value; write "
        + "them in one way";

    private static string Shown(string label) =>
        label.Length <= Shortened ? Invisible.Shown(label)
        : Invisible.Shown(string.Concat(label.EnumerateRunes().Take(Shortened))) + "…";

    private static bool IsUnseen(Rune rune) => Rune.IsWhiteSpace(rune) || Invisible.Is(rune);
}
