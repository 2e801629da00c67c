using PieService.Worker.Models;
using PieService.Worker.Text;
using static TorchSharp.torch;

namespace PieService.Worker.Training;

public static class Evaluation
{
    // A fixed size for all recipes, because the last bits of a logit may depend on the batch in which it is computed.
    private const int BatchSize = 256;

    /// <summary>
    /// Returns the model's logits for a split, in evaluation mode. The evaluation uses no random numbers.
    /// </summary>
    /// <param name="parts">The number of examples that a training computes at once, if memory is small.</param>
    public static SplitLogits Run(
        Classifier model, TokenisedSplit split, Heartbeat heartbeat, MicroBatch parts = default)
    {
        var scores = new SplitLogits(split.Name, split.Labels);
        using var noGrad = no_grad();
        model.eval();
        foreach (var batch in BatchOrder.ForEvaluation(
            split, parts.Share(BatchSize), parts.Share(model.MostTokensAtOnce)))
        {
            heartbeat.Beat();
            using var scope = NewDisposeScope();
            Place(model.Logits(Array.ConvertAll(batch, split.Text)), batch, scores);
        }
        return scores;
    }

    /// <summary>Copies a batch's logits (B, C) to the rows of its examples.</summary>
    internal static void Place(Tensor logits, int[] batch, SplitLogits scores)
    {
        var values = logits.cpu().data<float>().ToArray().AsSpan();
        for (var i = 0; i < batch.Length; i++)
            values.Slice(i * scores.ClassCount, scores.ClassCount)
                .CopyTo(scores.Logits.AsSpan(batch[i] * scores.ClassCount));
    }
}
