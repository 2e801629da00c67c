using System.Text;

namespace PieService.Worker.Resources;

/// <summary>
/// Text of a file or a process, which may have any character: the database accepts no NUL and no unpaired surrogate.
/// </summary>
internal static class ReadableText
{
    private const int LongestLine = 1000;

    /// <summary>One line of at most 1,000 characters, with blanks in place of control characters.</summary>
    public static string Line(string text) => Of(text.EnumerateRunes().Take(LongestLine));

    /// <summary>Lines of any length, with blanks in place of other control characters.</summary>
    public static string Lines(string text) =>
        string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select(line => Of(line.EnumerateRunes())));

    // The enumeration has U+FFFD in place of an unpaired surrogate.
    private static string Of(IEnumerable<Rune> runes) =>
        string.Concat(runes.Select(rune => Rune.IsControl(rune) ? " " : rune.ToString()));
}
