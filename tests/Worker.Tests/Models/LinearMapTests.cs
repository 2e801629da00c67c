using PieService.Worker.Models;
using static TorchSharp.torch;

namespace PieService.Worker.Tests.Models;

public sealed class LinearMapTests
{
    private const int Words = 5, From = 33, To = 20;

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(77)]
    public void The_map_and_its_gradients_are_those_of_a_linear_map(int texts)
    {
        using var scope = NewDisposeScope();
        var expected = Gradients(texts, nn.functional.linear);
        var actual = Gradients(texts, LinearMap.Of);

        Assert.Equal(expected.Length, actual.Length);
        // The sums of float32 values are in another order.
        foreach (var (one, other) in expected.Zip(actual))
            Assert.True(one.allclose(other, rtol: 1e-4, atol: 1e-4), "a value is too far from that of a linear map");
    }

    [Fact]
    public void The_map_repeats_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        foreach (var (one, other) in Gradients(32, LinearMap.Of).Zip(Gradients(32, LinearMap.Of)))
            Assert.True(one.Equals(other));
    }

    /// <summary>The result, and the gradients of input, weight and bias.</summary>
    private static Tensor[] Gradients(int texts, Func<Tensor, Tensor, Tensor, Tensor> map)
    {
        manual_seed(3);
        var (input, weight, bias) = (randn(texts, Words, From, requires_grad: true),
            randn(To, From, requires_grad: true), randn(To, requires_grad: true));
        var result = map(input, weight, bias);
        Assert.Equal([texts, Words, To], result.shape);
        result.mul(randn(texts, Words, To)).sum().backward();
        return [result.detach(), input.grad!, weight.grad!, bias.grad!];
    }
}
