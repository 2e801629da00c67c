using System.Text.RegularExpressions;

namespace PieService.Domain.Datasets.Texts;

/// <summary>
/// The places at which an English word may be hyphenated, by Liang's patterns (1983) as pyphen applies them.
/// Hyphenation is not syllabification, but textstat counts syllables so: idea has one.
/// </summary>
public static partial class Hyphenation
{
    /// <summary>The fewest characters before the first break, and after the last one.</summary>
    private const int Margin = 2;

    private static readonly Dictionary<string, byte[]> Patterns = WordList.Read("HyphenationPatterns.txt")
        .ToDictionary(pattern => Digits().Replace(pattern, string.Empty), Weights, StringComparer.Ordinal);

    private static readonly int Longest = Patterns.Keys.Max(letters => letters.Length);

    /// <param name="word">In lower case.</param>
    /// <returns>The number of breaks, at least 0: places where the largest weight of all patterns is odd.</returns>
    public static int Breaks(string word)
    {
        // No pattern has a character that needs two units of UTF-16; its length is one, as in Python.
        var dotted = $".{Surrogates().Replace(word, "\uFFFD")}.";
        var (weights, patterns) = (new byte[dotted.Length + 1], Patterns.GetAlternateLookup<ReadOnlySpan<char>>());
        for (var start = 0; start < dotted.Length; start++)
            for (var length = 1; length <= Math.Min(Longest, dotted.Length - start); length++)
                if (patterns.TryGetValue(dotted.AsSpan(start, length), out var pattern))
                    for (var i = 0; i < pattern.Length; i++)
                        weights[start + i] = Math.Max(weights[start + i], pattern[i]);
        // The place before character p of the word is at p + 1, after the dot.
        var breaks = 0;
        for (var p = Margin; p <= dotted.Length - 2 - Margin; p++) breaks += weights[p + 1] % 2;
        return breaks;
    }

    /// <summary>The weight before each letter of a pattern and after the last one, 0 where it has no digit.</summary>
    private static byte[] Weights(string pattern)
    {
        var (weights, letters) = (new byte[pattern.Length + 1], 0);
        foreach (var c in pattern)
            if (char.IsAsciiDigit(c)) weights[letters] = (byte)(c - '0');
            else letters++;
        return weights[..(letters + 1)];
    }

    [GeneratedRegex("[0-9]")]
    private static partial Regex Digits();

    [GeneratedRegex(@"[\uD800-\uDBFF][\uDC00-\uDFFF]")]
    private static partial Regex Surrogates();
}
