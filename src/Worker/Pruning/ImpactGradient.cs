using PieService.Domain.Recipes;
using PieService.Worker.Models;
using PieService.Worker.Text;
using PieService.Worker.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace PieService.Worker.Pruning;

/// <summary>
/// The gradient for the scores of impact pruning. It is not clipped and not masked, since neither changes the ranking
/// of the survivors. In protocol sound it is the gradient of the mean loss over a sample of training examples.
/// In protocol paper it is that over the last batch of ten of the sample alone, because the published code
/// clears the gradient before each batch.
/// </summary>
/// <remarks>
/// Dropout acts in protocol paper; in sound its probability is 0. The model is in train mode in both: in evaluation
/// mode cuDNN's LSTM has no backward pass.
/// </remarks>
/// <param name="sample">The examples of a pruning step, as positions in <paramref name="train"/>.</param>
/// <param name="torchSeed">The seed of a pruning step for dropout, so that the result does not depend on whether epochs
/// were trained in this process.</param>
/// <param name="parts">The number of examples that are computed at once, if memory is small.</param>
public sealed class ImpactGradient(
    Classifier model, ParameterBuffer parameters, TokenisedSplit train, Protocol protocol, Func<int, int[]> sample,
    Func<int, long> torchSeed, MicroBatch parts = default)
{
    private const int BatchSize = 10;  // the study's; in protocol sound the sum over batches is the same for every size

    /// <summary>Returns the flat gradient in the order of the parameters and clears the buffer's gradients.</summary>
    public float[] Of(int step)
    {
        var examples = sample(step);
        if (protocol == Protocol.Paper) examples = examples.Chunk(BatchSize).Last();
        using Scalar count = examples.Length;       // a Scalar without a reference may be finalised too early
        manual_seed(torchSeed(step));
        model.train();
        model.DropsOut = protocol == Protocol.Paper;
        parameters.ClearGradients();
        using var gold = new GoldOnDevice(train.Labels, model.Device);
        using var texts = model.OnDevice(train).InOrder(examples);
        var first = 0;
        foreach (var part in examples.Chunk(BatchSize).SelectMany(parts.Of))
        {
            using var scope = NewDisposeScope();
            var batch = texts.Batch(first, part.Length);
            first += part.Length;
            TrainingLoss.Of(model.Logits(batch), gold.Of(batch.Examples), nn.Reduction.Sum).div(count).backward();
        }
        model.DropsOut = true;
        var gradients = parameters.CopyGradients();
        parameters.ClearGradients();
        return gradients;
    }
}
