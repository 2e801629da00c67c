using System.Text;

namespace PieService.Api.Figures.Drawing;

/// <summary>Text as the content of an element of XML 1.0.</summary>
public static class XmlText
{
    /// <summary>
    /// Escapes markup. XML cannot have some characters, such as control characters and halves of surrogate pairs; they
    /// become the replacement character.
    /// </summary>
    public static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '&' => escaped.Append("&amp;"),
                '<' => escaped.Append("&lt;"),
                '>' => escaped.Append("&gt;"),
                '"' => escaped.Append("&quot;"),
                '\t' or '\n' or '\r' => escaped.Append(' '),
                < ' ' or 0xFFFE or 0xFFFF => escaped.Append(Rune.ReplacementChar),
                _ => escaped.Append(rune),
            };
        }
        return escaped.ToString();
    }
}
