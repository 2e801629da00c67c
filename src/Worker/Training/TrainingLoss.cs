using TorchSharp;
using static TorchSharp.torch;

namespace PieService.Worker.Training;

/// <summary>
/// The loss that training minimises. Single-label: cross-entropy. Multi-label: binary cross-entropy with
/// logits, as the mean over the classes of an example.
/// </summary>
internal static class TrainingLoss
{
    /// <param name="logits">(B, C).</param>
    /// <param name="gold">The gold labels of the B examples, as <see cref="GoldOnDevice.Of"/> returns them.</param>
    /// <param name="reduction">The reduction over the examples of the batch.</param>
    public static Tensor Of(Tensor logits, Tensor gold, nn.Reduction reduction = nn.Reduction.Mean)
    {
        if (gold.dtype == ScalarType.Int64)
            return nn.functional.cross_entropy(logits, gold, reduction: reduction);
        var loss = nn.functional.binary_cross_entropy_with_logits(logits, gold, reduction: reduction);
        if (reduction != nn.Reduction.Sum) return loss;
        // The scalar is kept while native code reads it.
        using Scalar classes = logits.size(1);
        return loss.div(classes);
    }
}
