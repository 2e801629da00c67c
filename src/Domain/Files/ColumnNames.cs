using System.Globalization;
using System.Text;

namespace PieService.Domain.Files;

internal static class ColumnNames
{
    /// <summary>The largest number of names in a message.</summary>
    public const int Shown = 20;

    /// <summary>
    /// Enough to find a mistake in a mapping; a wrong file can have any number of columns of any length.
    /// </summary>
    public static string Listed(IEnumerable<string> names)
    {
        var first = names.Take(Shown + 1).Select(Printable)
            .Select(name => name.Length > 50 ? $"'{name[..50]}…'" : $"'{name}'").ToList();
        return first.Count == 0 ? "none" : string.Join(", ", first.Take(Shown)) + (first.Count > Shown ? ", …" : "");
    }

    /// <summary>
    /// Messages are shown, logged and stored, so they must not contain a NUL or characters that change the direction of
    /// text.
    /// </summary>
    public static string Printable(string name) => string.Concat(name.EnumerateRunes().Select(rune =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format
            or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            ? "\uFFFD" : rune.ToString()));
}
