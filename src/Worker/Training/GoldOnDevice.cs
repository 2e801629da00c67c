using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using static TorchSharp.torch;

namespace PieService.Worker.Training;

/// <summary>The gold labels of a split on a device, from which those of a batch are taken there.</summary>
internal sealed class GoldOnDevice : IDisposable
{
    // (N), Int64: the class of each example; for multi-label data (N, C), Bool: whether it has the label.
    private readonly Tensor labels;

    public GoldOnDevice(PackedLabels gold, Device device)
    {
        labels = gold.Task switch
        {
            LearningTask.SingleLabel => tensor(
                Enumerable.Range(0, gold.Count).Select(example => (long)gold.ClassAt(example)).ToArray(),
                device: device),
            LearningTask.MultiLabel => tensor(Sets(gold), [gold.Count, gold.ClassCount], device: device),
        };
        labels.DetachFromDisposeScope();
    }

    /// <param name="examples">(B), Int64, on the device: positions in the split.</param>
    /// <returns>(B), Int64: the classes; for multi-label data (B, C), float32: 1 for a label that the example has,
    /// else 0.</returns>
    public Tensor Of(Tensor examples)
    {
        var taken = labels.index_select(0, examples);
        return taken.dtype == ScalarType.Bool ? taken.to(ScalarType.Float32) : taken;
    }

    public void Dispose() => labels.Dispose();

    private static bool[] Sets(PackedLabels gold)
    {
        var sets = new bool[checked(gold.Count * gold.ClassCount)];
        for (var i = 0; i < sets.Length; i++) sets[i] = gold.Has(i / gold.ClassCount, i % gold.ClassCount);
        return sets;
    }
}
