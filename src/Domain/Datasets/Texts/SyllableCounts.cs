using System.Text;

namespace PieService.Domain.Datasets.Texts;

/// <summary>
/// Syllables as textstat 0.7.4 counts them (study 4.1): hyphenation points + 1 of each word of a text, in lower case
/// and without punctuation. Counts are kept by text, so that each different word is computed once. Not thread-safe.
/// </summary>
public sealed class SyllableCounts
{
    private readonly Dictionary<string, int> known = new(StringComparer.Ordinal);

    /// <param name="text">A word, or any text.</param>
    /// <returns>0 for a text without words.</returns>
    public int Of(string text)
    {
        if (known.TryGetValue(text, out var count)) return count;
        return known[text] = Words(PythonText.Lower(text)).Sum(word => Hyphenation.Breaks(word) + 1);
    }

    /// <summary>The words of a text: the parts between white space, after all punctuation was deleted.</summary>
    internal static List<string> Words(ReadOnlySpan<char> text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            if (PythonText.IsWord(rune) || (rune.IsBmp && PythonText.IsSpace((char)rune.Value))) kept.Append(rune);
        return PythonText.Split(kept.ToString());
    }
}
