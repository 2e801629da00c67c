using static TorchSharp.torch;

namespace PieService.Worker.Training;

/// <summary>
/// Adam (Kingma and Ba, 2015) over a <see cref="ParameterBuffer"/>: the operations of torch.optim.Adam in their order, so
/// bit for bit its result, but once for all parameters instead of once for each.
/// </summary>
public sealed class Adam : IDisposable
{
    private const double Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8;

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

    /// <summary>Steps taken since the start, or since the moments were cleared.</summary>
    public long Steps { get; private set; }

    public void Step()
    {
        using var noGrad = no_grad();
        Steps++;
        var (correction1, correction2) = (1 - Math.Pow(Beta1, Steps), 1 - Math.Pow(Beta2, Steps));
        first.mul_(Beta1).add_(parameters.Gradients, alpha: 1 - Beta1);
        second.mul_(Beta2).addcmul_(parameters.Gradients, parameters.Gradients, value: 1 - Beta2);
        denominator.copy_(second).sqrt_().div_(Math.Sqrt(correction2)).add_(Epsilon);
        parameters.Values.addcdiv_(first, denominator, value: -learningRate / correction1);
    }

    /// <summary>As if it were new.</summary>
    public void Clear() => Restore(new float[first.numel()], new float[first.numel()], steps: 0);

    /// <summary>Flat copies of both moments.</summary>
    public (float[] First, float[] Second) CopyMoments() => (ParameterBuffer.ToArray(first), ParameterBuffer.ToArray(second));

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
    }
}
