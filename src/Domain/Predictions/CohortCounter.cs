using PieService.Domain.Datasets;

namespace PieService.Domain.Predictions;

/// <summary>Counts the labels of each run of a cohort, a block of examples at a time.</summary>
public sealed class CohortCounter(LearningTask task, int classCount, int runs)
{
    private readonly LabelCounter[] counters =
        [.. Enumerable.Range(0, runs).Select(_ => new LabelCounter(task, classCount))];

    /// <summary>The counts of each run, in the order of the runs.</summary>
    public IReadOnlyList<LabelCounts> Counts => [.. counters.Select(counter => counter.Counts)];

    /// <param name="runs">The predictions of each run for the examples of the block.</param>
    /// <param name="only">Whether to count each example of the block; null counts all of them.</param>
    /// <exception cref="ArgumentException">The number of runs is another one, or not every example has a
    /// prediction.</exception>
    public void Add(PackedLabels gold, IReadOnlyList<PackedLabels> runs, bool[]? only = null)
    {
        if (runs.Count != counters.Length)
            throw new ArgumentException($"Each block needs the predictions of {counters.Length} runs.", nameof(runs));
        for (var run = 0; run < counters.Length; run++) counters[run].Add(gold, runs[run], only);
    }
}
