using PieService.Worker.Tests.Models;
using PieService.Worker.Text;

namespace PieService.Worker.Tests.Text;

public sealed class WordPieceTests : IDisposable
{
    private readonly ToyBert bert = new();

    public void Dispose() => bert.Dispose();

    [Theory]
    [InlineData("Café", "cafe")]
    [InlineData("CAFE\u0301", "cafe")]
    [InlineData("unable", "un ##able")]
    [InlineData("a\tb\r\na\u2028b\u00A0a", "a b a b a")]
    [InlineData("a\u0000\u200B\uFFFDb", "a ##b")]      // dropped without a space
    [InlineData("a+b$!", "a + b $ !")]
    [InlineData("a日b", "a 日 b")]
    [InlineData("[SEP]a[MASK][sep]", "[SEP] a [MASK] [UNK] [UNK] [UNK]")]
    [InlineData("😀", "[UNK]")]
    [InlineData("", "")]
    public void A_text_is_split_into_pieces(string text, string expected) => Assert.Equal(expected, Joined(text));

    [Fact]
    public void Hangul_is_decomposed_if_accents_are_stripped()
    {
        Assert.Equal("[UNK]", Joined("한"));
        bert.Vocabulary[^1] = "\u1112\u1161\u11AB";
        Assert.Equal("\u1112\u1161\u11AB", Joined("한"));
    }

    [Fact]
    public void A_cased_tokenizer_keeps_case_and_accents()
    {
        bert.Tokenizer["do_lower_case"] = false;
        Assert.Equal("[UNK] [UNK] cafe", Joined("Cafe café cafe"));
    }

    [Theory]
    [InlineData(3, 3, 20, 3, 3)]
    [InlineData(9, 3, 12, 6, 3)]        // the longer text is truncated first
    [InlineData(3, 9, 12, 3, 6)]
    [InlineData(9, 8, 12, 5, 4)]        // both texts exceed half: the odd token is left to the longer text
    [InlineData(8, 9, 12, 4, 5)]
    [InlineData(9, 9, 12, 4, 5)]
    [InlineData(9, 9, 3, 0, 0)]
    public void The_longer_text_of_a_pair_is_truncated_first(
        int first, int second, int maxLength, int keptFirst, int keptSecond)
    {
        var tokens = bert.WriteTokens();
        var input = BertInput.Of(
            tokens, Enumerable.Repeat(12, first).ToArray(), Enumerable.Repeat(13, second).ToArray(), maxLength);
        Assert.Equal(
            [tokens.Start, .. Enumerable.Repeat(12, keptFirst), tokens.Separator, .. Enumerable.Repeat(13, keptSecond),
                tokens.Separator], input.Tokens.ToArray());
        Assert.Equal(keptFirst + 2, input.SecondStart);
    }

    private string Joined(string text)
    {
        var tokens = bert.WriteTokens();
        return string.Join(' ', tokens.Pieces(text).Select(id => bert.Vocabulary[id]));
    }
}
