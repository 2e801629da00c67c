using PieService.Domain.Recipes;

namespace PieService.Worker.Text;

/// <summary>
/// The input of a BERT for an example: token ids with the special ones, and the tokens of a pair's second text.
/// </summary>
public static class BertInput
{
    /// <summary>
    /// A split of word pieces in the form that a BERT reads. In protocol sound a pair is two texts with their token
    /// types; in paper it is one text with [SEP] in the middle.
    /// </summary>
    /// <param name="maxLength">The largest length of an input, special tokens included.</param>
    public static TokenisedSplit Of(TokenisedSplit pieces, WordPiece tokens, Protocol protocol, int maxLength)
    {
        var (ids, offsets, secondStarts) =
            (new List<int>(pieces.Tokens.Length + (3 * pieces.Count)), new List<long> { 0 }, new int[pieces.Count]);
        for (var example = 0; example < pieces.Count; example++)
        {
            var input = (pieces.Pair(example), protocol) switch
            {
                ((var text, null), _) => Of(tokens, text.Span, maxLength),
                ((var first, { } second), Protocol.Sound) => Of(tokens, first.Span, second.Span, maxLength),
                ((var first, { } second), Protocol.Paper) =>
                    Of(tokens, [.. first.Span, tokens.Separator, .. second.Span], maxLength),
            };
            ids.AddRange(input.Tokens.Span);
            offsets.Add(ids.Count);
            secondStarts[example] = input.SecondStart < input.Tokens.Length
                ? input.SecondStart : TokenisedSplit.NoSecond;
        }
        return pieces with { Tokens = [.. ids], Offsets = [.. offsets], SecondStarts = secondStarts };
    }

    /// <summary>
    /// [CLS] text [SEP]. The text is truncated so that the input has at most <paramref name="maxLength"/> tokens.
    /// </summary>
    public static TextInput Of(WordPiece tokens, ReadOnlySpan<int> text, int maxLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 2);
        int[] ids = [tokens.Start, .. text[..Math.Min(text.Length, maxLength - 2)], tokens.Separator];
        return new(ids);
    }

    /// <summary>[CLS] first [SEP] second [SEP]. The longer text is truncated first, then both equally.</summary>
    /// <remarks>
    /// The same as Hugging Face's <c>longest_first</c>: if both are longer than half, the longer one keeps the odd
    /// token.
    /// </remarks>
    public static TextInput Of(WordPiece tokens, ReadOnlySpan<int> first, ReadOnlySpan<int> second, int maxLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 3);
        var room = maxLength - 3;
        var (shorter, longer) = (Math.Min(first.Length, second.Length), Math.Max(first.Length, second.Length));
        if (shorter + longer > room)
        {
            longer = Math.Max(shorter, room - shorter);
            if (shorter + longer > room) (shorter, longer) = (room / 2, room - (room / 2));
        }
        var (keptFirst, keptSecond) = first.Length > second.Length ? (longer, shorter) : (shorter, longer);
        int[] ids = [tokens.Start, .. first[..keptFirst], tokens.Separator, .. second[..keptSecond], tokens.Separator];
        return new(ids, keptFirst + 2);
    }
}
