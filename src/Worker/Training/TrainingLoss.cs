using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
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
    /// <param name="batch">The B examples, as positions in <paramref name="gold"/>.</param>
    /// <param name="reduction">The reduction over the examples of the batch.</param>
    public static Tensor Of(Tensor logits, PackedLabels gold, int[] batch, nn.Reduction reduction = nn.Reduction.Mean)
    {
        if (gold.Task == LearningTask.SingleLabel)
        {
            var labels = tensor(Array.ConvertAll(batch, example => (long)gold.ClassAt(example)), device: logits.device);
            return nn.functional.cross_entropy(logits, labels, reduction: reduction);
        }
        var sets = new float[batch.Length * gold.ClassCount];
        for (var i = 0; i < sets.Length; i++)
            if (gold.Has(batch[i / gold.ClassCount], i % gold.ClassCount)) sets[i] = 1;
        var loss = nn.functional.binary_cross_entropy_with_logits(
            logits, tensor(sets, [batch.Length, gold.ClassCount], device: logits.device), reduction: reduction);
        if (reduction != nn.Reduction.Sum) return loss;
        // The scalar is kept while native code reads it.
        using Scalar classes = gold.ClassCount;
        return loss.div(classes);
    }
}
