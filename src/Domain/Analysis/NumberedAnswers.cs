using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>
/// The answers of all runs to one example after the other, as numbers: equal answers have equal numbers. Not
/// thread-safe.
/// </summary>
/// <param name="classCount">C.</param>
internal sealed class NumberedAnswers(int classCount, ComparedCohorts cohorts)
{
    private readonly int[] numbers = new int[cohorts.Dense + cohorts.Pruned];

    /// <summary>The first run with each wrong answer that is not a class.</summary>
    private readonly List<int> firsts = [];

    /// <summary>All numbers are below it.</summary>
    public int Most { get; } = Math.Max(classCount, cohorts.Dense + cohorts.Pruned + 1);

    /// <summary>The number of the right answer.</summary>
    public int Right { get; private set; }

    public ReadOnlySpan<int> Dense => numbers.AsSpan(0, cohorts.Dense);

    public ReadOnlySpan<int> Pruned => numbers.AsSpan(cohorts.Dense);

    /// <summary>Replaces the example.</summary>
    /// <param name="texts">The open answers that were judged to be right or wrong; null if the labels are the
    /// answers.</param>
    public void Read(ComparedAnswers block, ComparedTexts? texts, int example)
    {
        if (texts is null && block.Gold.Task == LearningTask.SingleLabel)
        {
            Right = block.Gold.ClassAt(example);
            for (var run = 0; run < numbers.Length; run++) numbers[run] = Labels(run).ClassAt(example);
            return;
        }
        Right = 0;
        firsts.Clear();
        for (var run = 0; run < numbers.Length; run++)
            numbers[run] = Labels(run).At(example).SequenceEqual(block.Gold.At(example)) ? Right : NumberOfWrong(run);

        PackedLabels Labels(int run) =>
            run < cohorts.Dense ? block.Dense[run] : block.Pruned[run - cohorts.Dense];

        string? Text(int run) =>
            run < cohorts.Dense ? texts.Dense[run][example] : texts.Pruned[run - cohorts.Dense][example];

        int NumberOfWrong(int run)
        {
            foreach (var first in firsts)
                if (texts is null
                    ? Labels(first).At(example).SequenceEqual(Labels(run).At(example)) : Text(first) == Text(run))
                    return first + 1;
            firsts.Add(run);
            return run + 1;
        }
    }
}
