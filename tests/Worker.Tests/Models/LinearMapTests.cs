using PieService.Worker.Models;
using static TorchSharp.torch;

namespace PieService.Worker.Tests.Models;

public sealed class LinearMapTests
{
    private const int Words = 5, From = 33, To = 20;

    private delegate Tensor Map(Tensor input, Tensor weight, Tensor bias);

    [Theory]
    [InlineData(1)]
    [InlineData(15)]
    [InlineData(16)]
    [InlineData(77)]
    public void The_map_and_its_gradients_are_those_of_a_linear_map(int texts)
    {
        using var scope = NewDisposeScope();
        AssertNear(Gradients(texts, nn.functional.linear), Gradients(texts, LinearMap.Of));
    }

    // The convolution is called directly: on an Intel processor the map is torch's own.
    [Theory]
    [InlineData(1, 1)]
    [InlineData(16, 1)]
    [InlineData(77, 1)]
    [InlineData(16, 2)]
    [InlineData(77, 2)]
    public void The_convolution_and_its_gradients_are_those_of_a_linear_map(int texts, int threads)
    {
        using var scope = NewDisposeScope();
        var before = get_num_threads();
        set_num_threads(threads);
        try
        {
            AssertNear(Gradients(texts, nn.functional.linear), Gradients(texts, LinearMap.ByConvolution));
        }
        finally
        {
            set_num_threads(before);
        }
    }

    [Fact]
    public void The_convolution_of_the_first_token_alone_is_that_of_a_linear_map()
    {
        using var scope = NewDisposeScope();
        AssertNear(OfFirst(nn.functional.linear), OfFirst(LinearMap.ByConvolution));

        static Tensor[] OfFirst(Map map) => Gradients(32, (input, weight, bias) =>
        {
            var first = input.narrow(1, 0, 1);
            Assert.False(first.is_contiguous());
            return map(first, weight, bias).expand(-1, Words, -1);
        });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void The_convolution_repeats_bit_for_bit(int threads)
    {
        using var scope = NewDisposeScope();
        var before = get_num_threads();
        set_num_threads(threads);
        try
        {
            foreach (var (one, other) in Gradients(32, LinearMap.ByConvolution)
                .Zip(Gradients(32, LinearMap.ByConvolution)))
                Assert.True(one.Equals(other));
        }
        finally
        {
            set_num_threads(before);
        }
    }

    /// <summary>The result, and the gradients of input, weight and bias.</summary>
    private static Tensor[] Gradients(int texts, Map map)
    {
        manual_seed(3);
        var (input, weight, bias) = (randn(texts, Words, From, requires_grad: true),
            randn(To, From, requires_grad: true), randn(To, requires_grad: true));
        var result = map(input, weight, bias);
        Assert.Equal([texts, Words, To], result.shape);
        result.mul(randn(texts, Words, To)).sum().backward();
        return [result.detach(), input.grad!, weight.grad!, bias.grad!];
    }

    private static void AssertNear(Tensor[] expected, Tensor[] actual)
    {
        Assert.Equal(expected.Length, actual.Length);
        // The sums of float32 values are in another order.
        foreach (var (one, other) in expected.Zip(actual))
            Assert.True(one.allclose(other, rtol: 1e-4, atol: 1e-4), "a value is too far from that of a linear map");
    }
}
