using TorchSharp;
using static TorchSharp.torch;

namespace PieService.Worker.Training;

/// <summary>
/// Adam (Kingma and Ba, 2015) over a <see cref="ParameterBuffer"/>: the operations of torch.optim.Adam in the same
/// order, so the result is the same bit for bit; each operation runs once for all parameters instead of once for each.
/// </summary>
public sealed class Adam : IDisposable
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

    // The scalars are kept and not converted at each call: a Scalar without a reference may be finalised while native
    // code still reads it. The same holds for the 1 that add_ creates if its caller passes none.
    private readonly Scalar beta1 = Beta1, restOfBeta1 = 1 - Beta1, beta2 = Beta2, restOfBeta2 =
        1 - Beta2, epsilon = Epsilon, one = 1;

    private readonly ParameterBuffer parameters;
    private readonly double learningRate;
    private readonly Tensor first, second, denominator;

    public Adam(ParameterBuffer parameters, double learningRate)
    {
        (this.parameters, this.learningRate) = (parameters, learningRate);
        first = zeros_like(parameters.Values).DetachFromDisposeScope();
        second = zeros_like(parameters.Values).DetachFromDisposeScope();
        denominator = zeros_like(parameters.Values).DetachFromDisposeScope();
    }

    /// <summary>The number of steps since the start, or since the moments were cleared.</summary>
    public long Steps { get; private set; }

    public void Step()
    {
        using var noGrad = no_grad();
        Steps++;
        using Scalar rootOfCorrection2 = Math.Sqrt(1 - Math.Pow(Beta2, Steps));
        using Scalar stepSize = -learningRate / (1 - Math.Pow(Beta1, Steps));
        first.mul_(beta1).add_(parameters.Gradients, alpha: restOfBeta1);
        second.mul_(beta2).addcmul_(parameters.Gradients, parameters.Gradients, value: restOfBeta2);
        denominator.copy_(second).sqrt_().div_(rootOfCorrection2).add_(epsilon, alpha: one);
        parameters.Values.addcdiv_(first, denominator, value: stepSize);
        parameters.Changed();
    }

    /// <summary>Resets the optimizer to its initial state.</summary>
    public void Clear() => Restore(new float[first.numel()], new float[first.numel()], steps: 0);

    /// <summary>Returns flat copies of both moments.</summary>
    public (float[] First, float[] Second) CopyMoments() =>
        (ParameterBuffer.ToArray(first), ParameterBuffer.ToArray(second));

    public void Restore(float[] firstMoments, float[] secondMoments, long steps)
    {
        ParameterBuffer.Fill(first, firstMoments);
        ParameterBuffer.Fill(second, secondMoments);
        Steps = steps;
    }

    public void Dispose()
    {
        first.Dispose();
        second.Dispose();
        denominator.Dispose();
        foreach (var scalar in new[] { beta1, restOfBeta1, beta2, restOfBeta2, epsilon, one }) scalar.Dispose();
    }
}
