using System.Text;

namespace PieService.Domain;

/// <summary>
/// Text of a file, a process or another server, which may have any character: the database accepts no NUL and no
/// unpaired surrogate.
/// </summary>
public static class ReadableText
{
    /// <summary>One line, with blanks in place of control characters.</summary>
    /// <param name="longest">The largest number of its characters.</param>
    public static string Line(string text, int longest = 1000) => Of(text.EnumerateRunes().Take(longest));

    /// <summary>Lines of any length, with blanks in place of other control characters.</summary>
    public static string Lines(string text) =>
        string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => Of(line.EnumerateRunes())));

    // The enumeration has U+FFFD in place of an unpaired surrogate.
    private static string Of(IEnumerable<Rune> runes) =>
        string.Concat(runes.Select(rune => Rune.IsControl(rune) ? " " : rune.ToString()));
}
