using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Worker.Models;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Worker.Arithmetic;

/// <summary>Steps of the trainers' own optimizer, with clipped gradients, on all parameters of a small BiLSTM.</summary>
internal sealed class OptimizerCheck() : ArithmeticCheck("Adam's step with clipped gradients", FormattableString.Invariant($"{Steps} steps of a BiLSTM, D 7, H 33"))
{
    private const int Steps = 3;
    private const double LearningRate = 0.01, MaxNorm = 1, Beta1 = 0.9, Beta2 = 0.999, Epsilon = 1e-8, NormEpsilon = 1e-6;

    public override IEnumerable<ArithmeticDeviation> Deviations(Device device)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var model = new BiLstmClassifier(new InputVectors([0], 1, 7, new float[7]), hiddenSize: 33, classCount: 3, device);
        using var parameters = new ParameterBuffer(model);
        using var optimizer = new Adam(parameters, LearningRate);
        var values = Array.ConvertAll(parameters.CopyValues(), value => (double)value);
        var (first, second, random) = (new double[values.Length], new double[values.Length], KeyedRandom.For("arithmetic", "Adam"));
        for (var step = 1; step <= Steps; step++)
        {
            var gradients = new float[values.Length];
            for (var i = 0; i < gradients.Length; i++) gradients[i] = random.NextInt(2001) - 1000;
            ParameterBuffer.Fill(parameters.Gradients, gradients);
            parameters.ClipGradients(MaxNorm);
            optimizer.Step();
            // Kingma and Ba, 2015, algorithm 1, after the clipping of study 1.9.
            var scale = Math.Min(1, MaxNorm / (Math.Sqrt(gradients.Sum(gradient => (double)gradient * gradient)) + NormEpsilon));
            for (var i = 0; i < values.Length; i++)
            {
                var gradient = scale * gradients[i];
                first[i] = (Beta1 * first[i]) + ((1 - Beta1) * gradient);
                second[i] = (Beta2 * second[i]) + ((1 - Beta2) * gradient * gradient);
                var (mean, variance) = (first[i] / (1 - Math.Pow(Beta1, step)), second[i] / (1 - Math.Pow(Beta2, step)));
                values[i] -= LearningRate * mean / (Math.Sqrt(variance) + Epsilon);
            }
        }
        return [Compare("parameters", parameters.CopyValues(), values, Tolerance(device))];
    }
}
