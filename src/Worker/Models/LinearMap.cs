using PieService.Domain.Runs;
using TorchSharp;
using static TorchSharp.torch;

namespace PieService.Worker.Models;

/// <summary>x W' + b over the last dimension of a batch of texts.</summary>
/// <remarks>
/// torch computes a linear map in float32 with MKL, which runs at half speed on processors of other vendors than Intel,
/// since it does not use AVX-512 there. A convolution of width 1 is the same map, and oneDNN computes it, with the
/// widest instructions that the processor has (docs/decisions/0019-linear-maps-by-onednn.md).
/// </remarks>
internal static class LinearMap
{
    /// <summary>
    /// With one thread, torch gives convolutions of width 1 to oneDNN from this number of images on.
    /// </summary>
    internal const int FewestTexts = 16;

    private static readonly bool MklIsSlow = Processor.Here().Vendor != "GenuineIntel";

    /// <param name="input">(B, T, D).</param>
    /// <param name="weight">(E, D).</param>
    /// <param name="bias">(E).</param>
    /// <returns>(B, T, E).</returns>
    public static Tensor Of(Tensor input, Tensor weight, Tensor bias) =>
        MklIsSlow && input.device.type == DeviceType.CPU && input.dtype == ScalarType.Float32
        && input.size(0) >= FewestTexts
            ? ByConvolution(input, weight, bias) : nn.functional.linear(input, weight, bias);

    /// <summary>The map as a convolution of width 1, on any processor.</summary>
    internal static Tensor ByConvolution(Tensor input, Tensor weight, Tensor? bias)
    {
        using var scope = NewDisposeScope();
        var image = input.unsqueeze(2).permute(0, 3, 1, 2);                                         // (B, D, T, 1)
        return nn.functional.conv2d(image, weight.unsqueeze(2).unsqueeze(3), bias)                  // (B, E, T, 1)
            .permute(0, 2, 3, 1).squeeze(2).MoveToOuterDisposeScope();
    }
}
