using System.Globalization;
using System.Text;
using Microsoft.ML.Tokenizers;
using PieService.Domain;

namespace PieService.Worker.Text;

/// <summary>
/// BERT's basic tokenisation: it cleans a text and puts spaces around everything that is a separate word, so that the
/// result can be split at spaces. It replaces the library's own, which drops line ends and tabs without a space, drops
/// every symbol that is neither a letter nor punctuation ($, +, emoji), recomposes accents after it has removed some,
/// and needs ICU.
/// </summary>
/// <remarks>Source: BertNormalizer and BertPreTokenizer of Hugging Face's tokenizers.</remarks>
internal sealed class BertNormalizer(bool lowerCase, bool stripAccents, bool separateCjk) : Normalizer
{
    private static readonly Rune CapitalIWithDot = new(0x130);

    public override string Normalize(string original) => Normalize(original.AsSpan());

    public override string Normalize(ReadOnlySpan<char> original) => Normalize(original, separatePunctuation: true);

    /// <summary>The text as it is before it is split into words: punctuation has no spaces around it.</summary>
    public string Clean(string original) => Normalize(original, separatePunctuation: false);

    private string Normalize(ReadOnlySpan<char> original, bool separatePunctuation)
    {
        var words = new StringBuilder(original.Length + 16);
        foreach (var rune in original.EnumerateRunes())
        {
            if (IsSpace(rune)) words.Append(' ');
            else if (IsDropped(rune)) continue;
            else if (separateCjk && IsCjk(rune.Value))
                AppendFolded(words.Append(' '), rune, separatePunctuation).Append(' ');
            else AppendFolded(words, rune, separatePunctuation);
        }
        return words.ToString();
    }

    private StringBuilder AppendFolded(StringBuilder words, Rune rune, bool separatePunctuation)
    {
        foreach (var part in stripAccents ? CanonicalDecomposition.Of(rune) : [rune])
        {
            if (stripAccents && Rune.GetUnicodeCategory(part) == UnicodeCategory.NonSpacingMark) continue;
            // The lower case of this letter is two characters, alone in Unicode: its dot is kept as an accent.
            if (lowerCase && part == CapitalIWithDot)
            {
                words.Append("i\u0307");
                continue;
            }
            var folded = lowerCase ? Rune.ToLowerInvariant(part) : part;
            if (separatePunctuation && IsPunctuation(folded)) words.Append(' ').Append(folded).Append(' ');
            else words.Append(folded);
        }
        return words;
    }

    private static bool IsSpace(Rune rune) =>
        rune.Value is '\t' or '\n' or '\r' || (Rune.IsWhiteSpace(rune) && !Rune.IsControl(rune));

    /// <summary>Control, format, private and unassigned characters, and the replacement of undecodable ones.</summary>
    private static bool IsDropped(Rune rune) => rune == Rune.ReplacementChar || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned;

    /// <summary>
    /// Every ASCII character that is not a letter, digit or space is punctuation here, although Unicode calls some
    /// symbols.
    /// </summary>
    private static bool IsPunctuation(Rune rune) =>
        rune.IsAscii ? !Rune.IsLetterOrDigit(rune) : Rune.IsPunctuation(rune);

    /// <summary>
    /// The blocks of CJK ideographs. Kana and hangul are not among them, since they are written in words.
    /// </summary>
    private static bool IsCjk(int code) => code
        is (>= 0x4E00 and <= 0x9FFF) or (>= 0x3400 and <= 0x4DBF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000
            and <= 0x2A6DF)
        or (>= 0x2A700 and <= 0x2B73F) or (>= 0x2B740 and <= 0x2B81F) or (>= 0x2B820 and <= 0x2CEAF) or (>= 0x2F800
            and <= 0x2FA1F);
}
