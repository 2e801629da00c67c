using TorchSharp;
using static TorchSharp.torch;

namespace PieService.Worker.Models;

/// <summary>softmax(Q K' / sqrt(width)) V for each text and head (Vaswani et al., 2017).</summary>
/// <remarks>
/// On the processor torch's fused kernel computes it. On a GPU torch would choose among kernels of which some add up
/// gradients in an order that changes from run to run, and TorchSharp cannot exclude all of those; so the products,
/// the softmax and the dropout are separate operations there, whose order of sums is fixed. This takes more memory: the
/// weights of all pairs of tokens.
/// </remarks>
internal static class Attention
{
    /// <param name="query">(B, heads, T, width), like key and value.</param>
    /// <param name="mask">(B, 1, 1, T), Bool: the tokens that may be attended to, at least one of each text.</param>
    /// <param name="dropout">The probability with which a weight is dropped.</param>
    /// <returns>(B, heads, T, width), in the numbers of the query.</returns>
    public static Tensor Of(Tensor query, Tensor key, Tensor value, Tensor mask, double dropout) =>
        query.device.type == DeviceType.CPU
            ? nn.functional.scaled_dot_product_attention(query, key, value, mask, dropout)
            : ByProducts(query, key, value, mask, dropout);

    /// <summary>The same by separate operations, on any device.</summary>
    internal static Tensor ByProducts(Tensor query, Tensor key, Tensor value, Tensor mask, double dropout)
    {
        using var scope = NewDisposeScope();
        // The scalars are kept while native code reads them.
        using Scalar scale = 1 / Math.Sqrt(query.size(3)), never = double.NegativeInfinity;
        var weights = query.mul(scale).flatten(0, 1).bmm(key.flatten(0, 1).transpose(1, 2))         // (B heads, T, T)
            .view(query.size(0), query.size(1), query.size(2), key.size(2))
            .masked_fill(mask.logical_not(), never);
        var chosen = nn.functional.dropout(nn.functional.softmax(weights, dim: 3), dropout, training: dropout > 0);
        return chosen.flatten(0, 1).bmm(value.flatten(0, 1)).view(query.shape).MoveToOuterDisposeScope();
    }
}
