using PieService.Worker.Models;
using PieService.Worker.Text;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Worker.Pruning;

/// <summary>
/// The gradient that impact pruning scores with: of the mean loss over a sample of training examples, neither clipped nor
/// masked (study 1.15). No model here has dropout; one that has must set its probability to 0 for this instead of going
/// to evaluation mode, where cuDNN's LSTM has no backward pass.
/// </summary>
/// <param name="sample">The examples of a pruning step, as positions in <paramref name="train"/>.</param>
public sealed class ImpactGradient(
    Classifier model, ParameterBuffer parameters, TokenisedSplit train, Func<int, int[]> sample)
{
    private const int BatchSize = 10;       // the study's; the sum over batches is the same for every size

    /// <summary>Flat, as the parameters. Leaves the buffer's gradients at zero.</summary>
    public float[] Of(int step)
    {
        var examples = sample(step);
        model.train();
        parameters.ClearGradients();
        foreach (var batch in examples.Chunk(BatchSize))
        {
            using var scope = NewDisposeScope();
            var logits = model.Logits(Array.ConvertAll(batch, train.Text));                         // (B, C)
            var labels = tensor(Array.ConvertAll(batch, example => (long)train.Labels[example]), device: logits.device);
            (nn.functional.cross_entropy(logits, labels, reduction: nn.Reduction.Sum) / examples.Length).backward();
        }
        var gradients = parameters.CopyGradients();
        parameters.ClearGradients();
        return gradients;
    }
}
