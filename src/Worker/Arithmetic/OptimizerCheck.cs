using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Worker.Models;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Worker.Arithmetic;

/// <summary>Checks steps of the trainers' optimizer and clipping, on all parameters of a small BiLSTM.</summary>
internal sealed class OptimizerCheck() : ArithmeticCheck(
    "clipping and Adam's step", FormattableString.Invariant($"{Sizes.Length} steps of a BiLSTM, D 7, H 33"))
{
    private const double LearningRate = 0.01, MaxNorm = 1, Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8, NormEpsilon =
        1e-6;

    // Norms of the gradients: some are far above the limit, some slightly above it, and some below it, which changes
    // the input of Adam.
    private static readonly double[] Sizes = [1, 1e-5, 0.01, 1e-4];

    public override IEnumerable<ArithmeticDeviation> Deviations(Device device)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var model = new BiLstmClassifier(
            new InputVectors([0], 1, 7, new float[7]), hiddenSize: 33, classCount: 3, device);
        using var parameters = new ParameterBuffer(model);
        using var optimizer = new Adam(parameters, LearningRate);
        var (tolerance, before) = (Tolerance(), parameters.CopyValues());
        var (first, second, moved) = (new double[before.Length], new double[before.Length], new double[before.Length]);
        var (random, found) = (KeyedRandom.For("arithmetic", "Adam"), new List<ArithmeticDeviation>());
        for (var step = 1; step <= Sizes.Length; step++)
        {
            var gradients = Array.ConvertAll(
                before, _ => (float)(Sizes[step - 1] * (random.NextInt(2001) - 1000) / 1000));
            ParameterBuffer.Fill(parameters.Gradients, gradients);
            parameters.ClipGradients(MaxNorm);
            // Gradients whose norm is above the largest one are scaled to it.
            var scale = Math.Min(
                1, MaxNorm / (Math.Sqrt(gradients.Sum(gradient => (double)gradient * gradient)) + NormEpsilon));
            double[] clipped = [.. gradients.Select(gradient => scale * gradient)];
            found.Add(Compare($"clipped gradients of step {step}", parameters.CopyGradients(), clipped, tolerance));

            optimizer.Step();
            for (var i = 0; i < moved.Length; i++) moved[i] += Step(step, clipped[i], ref first[i], ref second[i]);
        }
        float[] change = [.. parameters.CopyValues().Zip(before, (after, start) => after - start)];
        found.Add(Compare("change of the parameters", change, moved, tolerance));
        return found;
    }

    /// <summary>Kingma and Ba, 2015, algorithm 1.</summary>
    private static double Step(int step, double gradient, ref double first, ref double second)
    {
        first = (Beta1 * first) + ((1 - Beta1) * gradient);
        second = (Beta2 * second) + ((1 - Beta2) * gradient * gradient);
        var (mean, variance) = (first / (1 - Math.Pow(Beta1, step)), second / (1 - Math.Pow(Beta2, step)));
        return -LearningRate * mean / (Math.Sqrt(variance) + Epsilon);
    }
}
