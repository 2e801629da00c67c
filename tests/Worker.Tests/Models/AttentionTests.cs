using PieService.Worker.Models;
using static TorchSharp.torch;

namespace PieService.Worker.Tests.Models;

/// <summary>Attention as GPUs compute it, on the processor, compared with torch's own kernel.</summary>
public sealed class AttentionTests
{
    [Fact]
    public void Separate_operations_have_the_results_and_the_gradients_of_the_fused_kernel()
    {
        using var scope = NewDisposeScope();
        var (fused, separate) = (Run(Attention.Of), Run(Attention.ByProducts));
        // The sums of seven products of float32 numbers of about 1 are added in another order.
        foreach (var (expected, found) in fused.Zip(separate))
            Assert.InRange((expected - found).abs().max().item<float>(), 0, 1e-5f);
    }

    [Fact]
    public void Separate_operations_keep_the_numbers_of_the_query()
    {
        using var scope = NewDisposeScope();
        var inBf16 = randn(2, 3, 5, 4).to(ScalarType.BFloat16);
        var mask = ones(2, 1, 1, 5, dtype: ScalarType.Bool);
        Assert.Equal(
            ScalarType.BFloat16, Attention.ByProducts(inBf16, inBf16, inBf16, mask, dropout: 0).dtype);
    }

    /// <summary>With queries of zero every weight is the same, and the values are 1.</summary>
    [Fact]
    public void Separate_operations_drop_weights_and_scale_the_others_up()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var (queries, values) = (zeros(64, 1, 16, 4), ones(64, 1, 16, 4));
        var mask = ones(64, 1, 1, 16, dtype: ScalarType.Bool);
        var results = Attention.ByProducts(queries, queries, values, mask, dropout: 0.25);
        // The standard error of the mean of 64 x 16 x 16 draws is 0.0045.
        Assert.InRange(results.mean().item<float>(), 0.98f, 1.02f);
        Assert.NotEqual(1, results[0, 0, 0, 0].item<float>(), 1e-3f);
    }

    private static Tensor[] Run(Func<Tensor, Tensor, Tensor, Tensor, double, Tensor> attention)
    {
        manual_seed(1);
        Tensor[] leaves = [.. Enumerable.Range(0, 3).Select(_ => randn(2, 3, 7, 4, requires_grad: true))];
        // The second text has four tokens.
        var mask = tensor(Enumerable.Range(0, 14).Select(place => place < 11).ToArray(), [2, 1, 1, 7]);
        var result = attention(leaves[0], leaves[1], leaves[2], mask, 0);
        result.mul(randn(2, 3, 7, 4)).sum().backward();
        return [result.detach(), .. leaves.Select(leaf => leaf.grad!)];
    }
}
