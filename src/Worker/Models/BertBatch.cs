using PieService.Worker.Text;
using static TorchSharp.torch;

namespace PieService.Worker.Models;

/// <summary>A batch of texts, padded to the longest; each tensor is (B, T).</summary>
/// <param name="Ids">The token ids, Int64.</param>
/// <param name="TokenTypes">The token types, Int64: 1 for the tokens of a pair's second text.</param>
/// <param name="Mask">Whether a token is not a pad, Bool.</param>
internal sealed record BertBatch(Tensor Ids, Tensor TokenTypes, Tensor Mask)
{
    public static BertBatch Of(IReadOnlyList<TextInput> texts, int padToken, Device device)
    {
        var longest = texts.Max(text => text.Tokens.Length);
        var (ids, types, mask) =
            (new long[texts.Count * longest], new long[texts.Count * longest], new bool[texts.Count * longest]);
        Array.Fill(ids, padToken);
        for (var b = 0; b < texts.Count; b++)
        {
            var text = texts[b].Tokens.Span;
            var start = b * longest;
            for (var t = 0; t < text.Length; t++) (ids[start + t], mask[start + t]) = (text[t], true);
            types.AsSpan((start + texts[b].SecondStart)..(start + text.Length)).Fill(1);
        }
        long[] shape = [texts.Count, longest];
        return new(
            tensor(ids, shape, device: device), tensor(types, shape, device: device),
            tensor(mask, shape, device: device));
    }
}
