using System.Text.RegularExpressions;

namespace PieService.Worker.Text;

/// <summary>Finds added tokens in a text; of several at one place, the longest.</summary>
internal sealed class AddedTokens
{
    private static readonly Regex EndsInWord = new(@"\w\z"), BeginsWithWord = new(@"\A\w");

    private readonly Dictionary<string, (AddedToken Token, int Number)> found = new(StringComparer.Ordinal);
    private readonly Regex? any;

    /// <param name="textOf">The text in which a token is to be found, from its content.</param>
    public AddedTokens(IEnumerable<(AddedToken Token, int Number)> tokens, Func<string, string> textOf)
    {
        foreach (var (token, number) in tokens)
            if (textOf(token.Content) is { Length: > 0 } text) found.TryAdd(text, (token, number));
        if (found.Count == 0) return;
        var longestFirst = found.Keys.OrderByDescending(text => text.Length)
            .ThenBy(text => text, StringComparer.Ordinal);
        any = new(string.Join('|', longestFirst.Select(Regex.Escape)), RegexOptions.CultureInvariant);
    }

    public bool IsEmpty => any is null;

    /// <summary>The parts of a text, in order: a token's number, or text without a token.</summary>
    public IEnumerable<(string Text, int? Number)> Split(string text)
    {
        var done = 0;
        for (var match = any?.Match(text); match is { Success: true }; match = match.NextMatch())
        {
            var (token, number) = found[match.Value];
            var end = match.Index + match.Length;
            if (token.SingleWord
                && (EndsInWord.IsMatch(text[..match.Index]) || BeginsWithWord.IsMatch(text[end..]))) continue;
            if (match.Index > done) yield return (text[done..match.Index], null);
            yield return (match.Value, number);
            done = end;
        }
        if (done < text.Length) yield return (text[done..], null);
    }
}
