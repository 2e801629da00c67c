using System.Globalization;
using System.Text;

namespace PieService.Domain.Datasets;

/// <summary>
/// Python's rules for characters, where .NET's differ: texts must give the same tokens and counts as the published code
/// and its libraries.
/// </summary>
internal static class PythonText
{
    /// <summary>str.isspace, which is also \s of a regular expression: includes four separators that .NET's
    /// <see cref="char.IsWhiteSpace(char)"/> does not.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    /// <summary>\w of a regular expression: letters, all kinds of numbers and the underscore. .NET's \w has marks and
    /// other connectors, and lacks letter numbers and other numbers such as fractions.</summary>
    public static bool IsWord(Rune rune) => rune.Value == '_' || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
            or UnicodeCategory.ModifierLetter or UnicodeCategory.OtherLetter or UnicodeCategory.DecimalDigitNumber
            or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber;

    /// <summary>str.split(): the parts between white space.</summary>
    public static List<string> Split(ReadOnlySpan<char> text)
    {
        var (parts, start) = (new List<string>(), 0);
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && !IsSpace(text[i])) continue;
            if (i > start) parts.Add(text[start..i].ToString());
            start = i + 1;
        }
        return parts;
    }

    /// <summary>
    /// str.lower. It differs from .NET's in two letters, whose lower case is not one fixed character: I with a
    /// dot becomes two characters, and a sigma that ends a word has its own form.
    /// </summary>
    public static string Lower(string text)
    {
        var lower = text.ToLowerInvariant();
        if (text.AsSpan().IndexOfAny('\u0130', '\u03A3') < 0) return lower;

        var characters = new StringBuilder(text.Length + 4);
        for (var i = 0; i < text.Length; i++)
            _ = text[i] switch
            {
                '\u0130' => characters.Append("i\u0307"),
                '\u03A3' when EndsWord(text, i) => characters.Append('\u03C2'),
                _ => characters.Append(lower[i]),
            };
        return characters.ToString();
    }

    /// <summary>
    /// Unicode's Final_Sigma: a cased letter before, none after, skipping characters that case ignores.
    /// </summary>
    private static bool EndsWord(string text, int position)
    {
        var before = position - 1;
        while (before >= 0 && IsCaseIgnorable(text[before])) before--;
        var after = position + 1;
        while (after < text.Length && IsCaseIgnorable(text[after])) after++;
        return before >= 0 && IsCased(text[before]) && (after == text.Length || !IsCased(text[after]));
    }

    private static bool IsCased(char c) => char.GetUnicodeCategory(c)
        is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter;

    private static bool IsCaseIgnorable(char c) => c is '\'' or '.' or ':' or '\u00B7' or '\u2018' or '\u2019' ||
        char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark
            or UnicodeCategory.Format or UnicodeCategory.ModifierLetter or UnicodeCategory.ModifierSymbol;
}
