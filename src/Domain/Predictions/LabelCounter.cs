using PieService.Domain.Datasets;

namespace PieService.Domain.Predictions;

/// <summary>Counts the labels of one run for <see cref="LabelCounts"/>, a block of examples at a time.</summary>
public sealed class LabelCounter(LearningTask task, int classCount)
{
    private readonly int[] given = new int[classCount], predictedCounts = new int[classCount];
    private readonly int[] hits = new int[classCount];

    /// <summary>The labels that an example has and that are predicted for it.</summary>
    private readonly PackedLabels common =
        new(task, classCount, new byte[PackedLabels.BytesPerExample(task, classCount)]);

    private int examples, exact;

    /// <summary>The counts of all blocks up to now; a further block changes them.</summary>
    public LabelCounts Counts => new(given, predictedCounts, hits, examples, exact);

    /// <param name="only">Whether to count each example of the block; null counts all of them.</param>
    /// <exception cref="ArgumentException">Not every example has a prediction.</exception>
    public void Add(PackedLabels gold, PackedLabels predicted, bool[]? only = null)
    {
        if (!gold.IsLike(predicted) || (only is not null && only.Length != gold.Count))
            throw new ArgumentException($"All {gold.Count} examples must have been answered.", nameof(predicted));
        for (var i = 0; i < gold.Count; i++)
        {
            if (only is not null && !only[i]) continue;
            examples++;
            if (task == LearningTask.SingleLabel) AddClass(gold.ClassAt(i), predicted.ClassAt(i));
            else AddSet(gold, predicted, i);
        }
    }

    private void AddClass(int gold, int predicted)
    {
        given[gold]++;
        predictedCounts[predicted]++;
        if (gold != predicted) return;
        hits[gold]++;
        exact++;
    }

    private void AddSet(PackedLabels gold, PackedLabels predicted, int example)
    {
        gold.Vote(example, given);
        predicted.Vote(example, predictedCounts);
        var one = gold.At(example);
        var other = predicted.At(example);
        if (one.SequenceEqual(other)) exact++;
        for (var at = 0; at < one.Length; at++) common.Bytes[at] = (byte)(one[at] & other[at]);
        common.Vote(0, hits);
    }
}
