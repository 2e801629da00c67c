namespace PieService.Worker.Text;

/// <summary>What BERT reads of an example: token ids with the special ones, and which belong to a pair's second text.</summary>
/// <param name="SecondStart">Tokens from here on are of type 1, all before of type 0; the number of tokens where none is.</param>
public readonly record struct BertInput(int[] Ids, int SecondStart)
{
    public IEnumerable<int> TokenTypes
    {
        get
        {
            var start = SecondStart;
            return Ids.Select((_, place) => place < start ? 0 : 1);
        }
    }

    /// <summary>[CLS] text [SEP], the text cut off so that all is at most <paramref name="maxLength"/> long.</summary>
    public static BertInput Of(WordPiece tokens, ReadOnlySpan<int> text, int maxLength)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxLength, 2);
        int[] ids = [tokens.Start, .. text[..Math.Min(text.Length, maxLength - 2)], tokens.Separator];
        return new(ids, ids.Length);
    }

    /// <summary>[CLS] first [SEP] second [SEP], the longer text cut off first, then both alike.</summary>
    /// <remarks>As Hugging Face's <c>longest_first</c>: where both are longer than half, the one that was longer keeps the odd token.</remarks>
    public static BertInput Of(WordPiece tokens, ReadOnlySpan<int> first, ReadOnlySpan<int> second, int maxLength)
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
