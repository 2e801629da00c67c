using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;

namespace PieService.Domain.Tests.Pies;

/// <summary>
/// Labels, summary and scores of classes do not depend on the size of the blocks in which the examples are read.
/// </summary>
public class BlockTests
{
    private const int Examples = 101, Classes = 4;

    /// <summary>An even number of runs has ties; more dense runs than seeds are a second cohort.</summary>
    [Theory]
    [InlineData(LearningTask.SingleLabel, 2, 2)]
    [InlineData(LearningTask.SingleLabel, 6, 6)]
    [InlineData(LearningTask.SingleLabel, 5, 11)]
    [InlineData(LearningTask.MultiLabel, 4, 4)]
    [InlineData(LearningTask.MultiLabel, 3, 7)]
    public void Results_are_the_same_for_blocks_of_any_size(LearningTask task, int seeds, int denseRuns)
    {
        var random = new Random(seeds);
        var gold = Run(random, task, _ => random.Next(Classes));
        PackedLabels[] allDense = [.. Cohort(denseRuns, 0.6)];
        var answers = new ComparedAnswers(gold, allDense[..seeds], [.. Cohort(seeds, 0.4)]);
        var expected = answers.Results(allDense, Examples);
        Assert.InRange(expected.Summary.Pies, 5, Examples - 5);
        Assert.True(expected.Summary.DenseTies > 0 || seeds % 2 == 1);

        foreach (var size in new[] { 1, 2, 7, 50, 100 })
        {
            var actual = answers.Results(allDense, size);

            Assert.Equal(Json.Write(expected.Labels), Json.Write(actual.Labels));
            Assert.Equal(Json.Write(expected.Summary), Json.Write(actual.Summary));
            Assert.Equal(Json.Write(expected.Classes), Json.Write(actual.Classes));
        }

        IEnumerable<PackedLabels> Cohort(int runs, double right) => Enumerable.Range(0, runs).Select(_ => Run(
            random, task, i => random.NextDouble() < right ? gold.ClassesAt(i).First() : random.Next(Classes)));
    }

    /// <summary>
    /// Counting one more block keeps nothing and allocates next to nothing, so that memory does not depend on the size
    /// of the split.
    /// </summary>
    [Fact]
    public void The_tally_does_not_grow_with_the_examples()
    {
        var random = new Random(1);
        PackedLabels[] runs =
            [.. Enumerable.Range(0, 8).Select(_ => Run(random, LearningTask.SingleLabel, _ => random.Next(Classes)))];
        var tally = new ComparisonTally(LearningTask.SingleLabel, Classes, ComparedCohorts.OfSeeds(8), 8);
        var block = new ComparedAnswers(runs[0], runs, runs);
        Add();
        var before = GC.GetAllocatedBytesForCurrentThread();

        for (var i = 0; i < 100; i++) Add();

        // The array of each block and enumerators: less than a byte for each of its predictions.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100 * 8 * Examples);

        void Add() => tally.Add(block, runs, new bool[Examples]);
    }

    private static PackedLabels Run(Random random, LearningTask task, Func<int, int> classOf)
    {
        return PackedLabels.Of(task, Classes, Enumerable.Range(0, Examples).Select(Labels));

        IReadOnlyList<short> Labels(int example) => task == LearningTask.SingleLabel || random.Next(3) > 0
            ? [(short)classOf(example)]
            : [.. new[] { (short)classOf(example), (short)random.Next(Classes) }.Distinct()];
    }
}
