using System.Text;
using System.Text.Json.Serialization;

namespace PieService.Domain.Datasets.Texts;

/// <summary>How the syllables of a word are counted.</summary>
public enum SyllableRule
{
    /// <summary>Hyphenation points + 1, as textstat 0.7.4 does: idea has one syllable.</summary>
    [JsonStringEnumMemberName("hyphenation")] Hyphenation,

    /// <summary>The vowels of the first pronunciation in the CMU Pronouncing Dictionary, as later versions of textstat
    /// do: idea has three. A word that it does not have is counted by its hyphenation.</summary>
    [JsonStringEnumMemberName("pronunciation")] Pronunciation,
}

/// <summary>
/// The syllables of texts: those of each word, in lower case and without punctuation. Counts are kept by
/// text, so that each different word is computed once. Not thread-safe.
/// </summary>
public sealed class SyllableCounts(SyllableRule rule = SyllableRule.Hyphenation)
{
    private readonly Dictionary<string, int> known = new(StringComparer.Ordinal);

    /// <param name="text">A word, or any text.</param>
    /// <returns>0 for a text without words.</returns>
    public int Of(string text)
    {
        if (known.TryGetValue(text, out var count)) return count;
        return known[text] = Words(PythonText.Lower(text)).Sum(OfWord);
    }

    private int OfWord(string word) =>
        rule == SyllableRule.Pronunciation && Pronounced.Syllables.TryGetValue(word, out var syllables)
            ? syllables : Hyphenation.Breaks(word) + 1;

    /// <summary>The words of a text: the parts between white space, after all punctuation was deleted.</summary>
    internal static List<string> Words(ReadOnlySpan<char> text)
    {
        var kept = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            if (PythonText.IsWord(rune) || (rune.IsBmp && PythonText.IsSpace((char)rune.Value))) kept.Append(rune);
        return PythonText.Split(kept.ToString());
    }

    /// <summary>Read when it is used first: it has 122,410 words.</summary>
    private static class Pronounced
    {
        public static readonly Dictionary<string, byte> Syllables = WordList.Read("PronouncedSyllables.txt")
            .Select(line => line.Split(' '))
            .SelectMany(line => line.Skip(1), (line, word) => (Word: word, Syllables: byte.Parse(line[0])))
            .ToDictionary(entry => entry.Word, entry => entry.Syllables, StringComparer.Ordinal);
    }
}
