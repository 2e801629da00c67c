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
        using var noGrad = no_grad();
        model.eval();
        var batches = BatchOrder.ForEvaluation(split, parts.Share(BatchSize), parts.Share(model.MostTokensAtOnce));
        using var order = model.OnDevice(split).InOrder(batches.SelectMany(batch => batch));
        using var scores = new LogitsOnDevice(split, model.ClassCount, model.Device);
        var first = 0;
        foreach (var batch in batches)
        {
            heartbeat.Beat();
            using var scope = NewDisposeScope();
            var texts = order.Batch(first, batch.Length);
            scores.Place(model.Logits(texts), texts.Examples);
            first += batch.Length;
        }
        return scores.Read();
    }
}
