using System.Globalization;
using System.Text;

namespace PieService.Domain.Datasets;

/// <summary>
/// Characters that a reader cannot see: zero-width and bidirectional marks, byte order marks, fillers.
/// </summary>
internal static class Invisible
{
    /// <summary>
    /// A format character, unless it is part of a visible one: signs that enclose Arabic, Syriac or Kaithi numbers, and
    /// the tags of a flag emoji. Fillers and the blank braille pattern are letters or symbols without a form.
    /// </summary>
    public static bool Is(Rune rune) => Rune.GetUnicodeCategory(rune) == UnicodeCategory.Format
        ? rune.Value is not (>= 0x600 and <= 0x605 or 0x6DD or 0x70F or 0x890 or 0x891 or 0x8E2
            or 0x110BD or 0x110CD or >= 0xE0020 and <= 0xE007F)
        : rune.Value is 0x34F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x2800 or 0x3164 or 0xFFA0;

    /// <summary>Whether a text has nothing that a reader can see: it is empty in meaning.</summary>
    public static bool IsBlank(string? text)
    {
        if (text is null) return true;
        foreach (var rune in text.EnumerateRunes())
            if (!Rune.IsWhiteSpace(rune) && !Is(rune) && !Rune.IsControl(rune)) return false;
        return true;
    }

    /// <summary>The text for a message: characters that a reader cannot see or distinguish are code points.</summary>
    /// <param name="isDistinct">Whether every character outside of ASCII is a code point.</param>
    public static string Shown(string text, bool isDistinct = false)
    {
        var shown = new StringBuilder();
        var (index, last) = (0, text.Length - 1);
        foreach (var rune in text.EnumerateRunes())
        {
            var isAtEnd = index == 0 || index + rune.Utf16SequenceLength > last;
            var isHidden = Is(rune) || Rune.IsControl(rune) || (Rune.IsWhiteSpace(rune) && (isAtEnd || !rune.IsAscii))
                || Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.OtherNotAssigned
                    or UnicodeCategory.PrivateUse
                || (isDistinct && !rune.IsAscii);
            if (isHidden) shown.Append('<').Append(CodePoint(rune)).Append('>');
            else shown.Append(rune);
            index += rune.Utf16SequenceLength;
        }
        return shown.ToString();
    }

    public static string CodePoint(Rune rune) => $"U+{rune.Value:X4}";
}
