using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace PieService.Domain.Datasets.Reading;

/// <summary>
/// A list, tuple or set of labels as Python's repr writes it, which is what pandas writes into a CSV file; also a NumPy
/// array, which has no commas.
/// </summary>
/// <remarks>Source: The Python Language Reference, 2.5 (literals) and 6.2 (displays).</remarks>
internal static partial class PythonList
{
    /// <summary>The labels; null if the text is not such a list, or has a value that cannot be a label.</summary>
    public static IReadOnlyList<string>? Read(string text)
    {
        text = text.Trim();
        if (text is "set()" or "frozenset()") return [];
        if (text.Length < 2 || (text[0], text[^1]) is not (('[', ']') or ('(', ')') or ('{', '}')) || text == "{}")
            return null;
        var (labels, inside, position, commas, spaces) = (new List<string>(), text[1..^1], 0, 0, 0);
        SkipSpace();
        while (position < inside.Length)
        {
            if (Item().Match(inside, position) is not { Success: true } item || Label(item) is not { } label)
                return null;
            labels.Add(label);
            position += item.Length;
            var hasSpace = SkipSpace();
            if (position < inside.Length && inside[position] == ',')
            {
                (position, commas) = (position + 1, commas + 1);
                SkipSpace();
            }
            // NumPy separates the items by spaces, and adjacent items without any are one text in Python.
            else if (position < inside.Length && hasSpace && text[0] == '[') spaces++;
            else if (position < inside.Length) return null;
        }
        // (1) is a number in parentheses; (1,) is a tuple.
        var isParenthesis = text[0] == '(' && labels.Count == 1 && commas == 0;
        return isParenthesis || (commas > 0 && spaces > 0) ? null : labels;

        bool SkipSpace()
        {
            var start = position;
            while (position < inside.Length && char.IsWhiteSpace(inside[position])) position++;
            return position > start;
        }
    }

    private static string? Label(Match item)
    {
        if (item.Groups["text"] is { Success: true } text) return Unescaped(text.Value);
        return item.Value switch
        {
            "True" => "true",
            "False" => "false",
            "None" => "",
            _ => item.Groups["whole"].Value is "-0" ? "0" : item.Groups["whole"].Value,
        };
    }

    /// <summary>Null if an escape has no character, such as half of a surrogate pair.</summary>
    private static string? Unescaped(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal)) return text;
        var isWhole = true;
        var plain = Escape().Replace(text, escape =>
        {
            var code = escape.Value[1..];
            if (escape.Groups["hex"] is { Success: true } hex)
                return Character(int.Parse(hex.Value, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
            if (char.IsAsciiDigit(code[0])) return Character(Convert.ToInt32(code, 8));
            return code switch
            {
                "\\" or "'" or "\"" => code,
                "\n" => "",
                "a" => "\a",
                "b" => "\b",
                "f" => "\f",
                "n" => "\n",
                "r" => "\r",
                "t" => "\t",
                "v" => "\v",
                // Python keeps an unknown escape as it is. \N{NAME}, and \x with too few digits, are refused.
                "N" or "x" or "u" or "U" => Character(-1),
                _ => escape.Value,
            };
        });
        return isWhole ? plain : null;

        string Character(int code)
        {
            if (Rune.IsValid(code)) return new Rune(code).ToString();
            isWhole = false;
            return "";
        }
    }

    /// <summary>One item at the position: a text in quotes, a whole number, also as 1.0 or 1., True, False or None.
    /// </summary>
    [GeneratedRegex(
        """\G(?:u?'(?<text>(?>(?:[^'\\]+|\\.)*))'|u?"(?<text>(?>(?:[^"\\]+|\\.)*))"|"""
        + """(?<whole>-?(?:0|[1-9][0-9]*))(?:\.0*)?(?![0-9.eEjJxX])|(?:True|False|None)(?![A-Za-z0-9_]))""",
        RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Item();

    [GeneratedRegex(
        """\\(?:x(?<hex>[0-9A-Fa-f]{2})|u(?<hex>[0-9A-Fa-f]{4})|U(?<hex>[0-9A-Fa-f]{8})|[0-7]{1,3}|.)""",
        RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Escape();
}
