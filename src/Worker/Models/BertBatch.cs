using static TorchSharp.torch;

namespace PieService.Worker.Models;

/// <summary>A batch of texts, padded to the longest; each tensor is (B, T).</summary>
/// <param name="Ids">The token ids, of an integer type.</param>
/// <param name="TokenTypes">The token types, Int64: 1 for the tokens of a pair's second text.</param>
/// <param name="Mask">Whether a token is not a pad, Bool.</param>
internal sealed record BertBatch(Tensor Ids, Tensor TokenTypes, Tensor Mask)
{
    public static BertBatch Of(TextBatch texts)
    {
        var padded = texts.Texts.Padded(texts.Examples, texts.Longest, timeFirst: false);
        var types = padded.Times.greater_equal(texts.Texts.SecondStarts(texts.Examples)).logical_and(padded.Inside);
        return new(padded.Ids, types.to(ScalarType.Int64), padded.Inside);
    }
}
