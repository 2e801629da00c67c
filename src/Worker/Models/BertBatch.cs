using static TorchSharp.torch;

namespace PieService.Worker.Models;

/// <summary>Texts side by side, padded to the longest: each (B, T).</summary>
/// <param name="Ids">Int64.</param>
/// <param name="TokenTypes">Int64: 1 where a pair's second text is.</param>
/// <param name="Mask">Bool: false at a pad.</param>
internal sealed record BertBatch(Tensor Ids, Tensor TokenTypes, Tensor Mask)
{
    public static BertBatch Of(IReadOnlyList<ReadOnlyMemory<int>> texts, int padToken, Device device)
    {
        var longest = texts.Max(text => text.Length);
        var (ids, mask) = (new long[texts.Count * longest], new bool[texts.Count * longest]);
        Array.Fill(ids, padToken);
        for (var b = 0; b < texts.Count; b++)
        {
            var text = texts[b].Span;
            for (var t = 0; t < text.Length; t++) (ids[(b * longest) + t], mask[(b * longest) + t]) = (text[t], true);
        }
        long[] shape = [texts.Count, longest];
        return new(tensor(ids, shape, device: device), zeros(shape, int64, device), tensor(mask, shape, device: device));
    }
}
