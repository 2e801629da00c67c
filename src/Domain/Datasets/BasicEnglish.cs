namespace PieService.Domain.Datasets;

/// <summary>
/// torchtext's basic_english: lower case; double quotes are removed; <c>&lt;br /&gt;</c>, <c>;</c> and
/// <c>:</c> separate words; <c>' . , ( ) ! ?</c> are words of their own. This is one pass instead of torchtext's twelve
/// replacements. They interact in one place only, quotes inside of a line-break tag, which <see cref="LineBreakAt"/>
/// handles.
/// </summary>
public static class BasicEnglish
{
    /// <summary>The token between the two texts of a pair.</summary>
    public const string Separator = "[SEP]";

    private const string LineBreak = "<br />";

    /// <summary>The words of a text, in order; none for a blank text.</summary>
    public static List<string> Tokenise(string text)
    {
        var tokens = new List<string>(text.Length / 5 + 1);
        AddTokens(text, tokens);
        return tokens;
    }

    /// <summary>
    /// As <see cref="Tokenise(string)"/>; for a pair, the words of the first text, the separator, and the words of the
    /// second.
    /// </summary>
    public static List<string> Tokenise(string text, string? secondText)
    {
        var tokens = Tokenise(text);
        if (secondText is null) return tokens;
        tokens.Add(Separator);
        AddTokens(secondText, tokens);
        return tokens;
    }

    private static void AddTokens(string text, List<string> tokens)
    {
        ReadOnlySpan<char> rest = PythonText.Lower(text);
        var word = rest.Length <= 1024 ? stackalloc char[rest.Length] : new char[rest.Length];
        var length = 0;

        for (var i = 0; i < rest.Length; i++)
        {
            var c = rest[i];
            switch (c)
            {
                case '"':
                    break;
                case '\'' or '.' or ',' or '(' or ')' or '!' or '?':
                    EndWord(word, ref length, tokens);
                    tokens.Add(Punctuation(c));
                    break;
                case ';' or ':':
                    EndWord(word, ref length, tokens);
                    break;
                case '<' when LineBreakAt(rest[i..]) is > 0 and var consumed:
                    EndWord(word, ref length, tokens);
                    i += consumed - 1;
                    break;
                default:
                    if (PythonText.IsSpace(c)) EndWord(word, ref length, tokens);
                    else word[length++] = c;
                    break;
            }
        }
        EndWord(word, ref length, tokens);
    }

    private static void EndWord(ReadOnlySpan<char> word, ref int length, List<string> tokens)
    {
        if (length > 0) tokens.Add(new string(word[..length]));
        length = 0;
    }

    private static string Punctuation(char c) => c switch
    {
        '\'' => "'",
        '.' => ".",
        ',' => ",",
        '(' => "(",
        ')' => ")",
        '!' => "!",
        _ => "?",
    };

    /// <summary>
    /// The length of the line-break tag with which <paramref name="text"/> begins, without quotes inside of it; 0 if it
    /// does not begin with one.
    /// </summary>
    private static int LineBreakAt(ReadOnlySpan<char> text)
    {
        var matched = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '"') continue;
            if (text[i] != LineBreak[matched]) return 0;
            if (++matched == LineBreak.Length) return i + 1;
        }
        return 0;
    }
}
