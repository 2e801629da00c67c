using System.Text.Json;
using PieService.Worker.Tests.Models;
using PieService.Worker.Text;

namespace PieService.Worker.Tests.Text;

/// <summary>Compares the tokens of texts and pairs with those of the Hugging Face tokenizer.</summary>
public sealed class WordPieceParityTests
{
    public static TheoryData<string> Models => ReferenceModels.With("wordpiece.json");

    [Theory]
    [MemberData(nameof(Models))]
    public void Every_text_has_the_reference_tokens(string name)
    {
        var tokens = ToyBert.TokensOf(ReferenceModels.Folder(name));
        var cases = JsonDocument.Parse(File.ReadAllBytes(ReferenceModels.Reference(name, "wordpiece.json"))).RootElement
            .EnumerateArray().ToList();
        Assert.NotEmpty(cases);
        Assert.All(cases, one =>
        {
            var (text, maxLength) =
                (tokens.Pieces(one.GetProperty("text").GetString()!), one.GetProperty("max_length").GetInt32());
            var input = one.TryGetProperty("pair", out var pair)
                ? BertInput.Of(tokens, text, tokens.Pieces(pair.GetString()!), maxLength)
                : BertInput.Of(tokens, text, maxLength);
            Assert.Equal(Numbers(one, "ids"), input.Tokens.ToArray());
            Assert.Equal(
                Numbers(one, "token_type_ids"),
                Enumerable.Range(0, input.Tokens.Length).Select(place => place < input.SecondStart ? 0 : 1));
        });
    }

    private static IEnumerable<int> Numbers(JsonElement one, string property) =>
        one.GetProperty(property).EnumerateArray().Select(number => number.GetInt32());
}
