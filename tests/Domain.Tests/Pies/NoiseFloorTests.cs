using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;
using static PieService.Domain.Tests.Pies.Answers;

namespace PieService.Domain.Tests.Pies;

public class NoiseFloorTests
{
    [Fact]
    public void With_fewer_than_four_dense_runs_there_is_no_noise_floor_and_a_reason_is_given()
    {
        var floor = Answers.FloorOf([Packed(0), Packed(1), Packed(0)], cohortSize: 3);

        Assert.Null(floor.Kind);
        Assert.Null(floor.Mean);
        Assert.Equal(0, floor.Splits);
        Assert.Contains("extraDenseSeeds", floor.Reason, StringComparison.Ordinal);
    }

    /// <summary>
    /// Four runs predict 0, 0, 1, 1: the halves {00|11} differ; in {01|01}, which occurs twice, a tie goes to 0 on both
    /// sides.
    /// </summary>
    [Fact]
    public void Four_runs_have_three_pairs_of_halves()
    {
        var floor = Answers.FloorOf([Packed(0), Packed(0), Packed(1), Packed(1)], cohortSize: 4);

        Assert.Equal(NoiseFloorKind.Halves, floor.Kind);
        Assert.Equal((2, 3), (floor.Seeds, floor.Splits));
        Assert.Equal(1.0 / 3, floor.Mean!.Value, 12);
        Assert.Equal(Math.Sqrt(1.0 / 3), floor.Sd!.Value, 12);
        Assert.Equal(0, floor.P50);
        Assert.Null(floor.Reason);
    }

    [Fact]
    public void A_second_cohort_is_compared_at_the_cohorts_own_size()
    {
        var floor = Answers.FloorOf([Packed(0), Packed(1), Packed(0), Packed(1), Packed(0), Packed(1)], cohortSize: 3);

        Assert.Equal(NoiseFloorKind.SecondCohort, floor.Kind);
        Assert.Equal((3, 10), (floor.Seeds, floor.Splits));
        Assert.Equal(1, floor.Mean); // three runs each: the majority of one side is 0 and that of the other is 1
    }

    [Fact]
    public void If_the_extra_runs_are_fewer_than_the_cohort_all_runs_are_split_into_halves() =>
        Assert.Equal(
            (NoiseFloorKind.Halves, 3), Kinds(Answers.FloorOf([.. Enumerable.Repeat(Packed(0), 7)], cohortSize: 5)));

    [Fact]
    public void Many_runs_are_split_in_the_same_hundred_ways_each_time()
    {
        var runs = Enumerable.Range(0, 30)
            .Select(run => Packed([.. Enumerable.Range(0, 50).Select(i => (int)(KeyedRandom.Seed(run, i) % 3))]))
            .ToList();

        var floor = Answers.FloorOf(runs, cohortSize: 30);

        Assert.Equal((15, 100), (floor.Seeds, floor.Splits));
        Assert.Equal(floor, Answers.FloorOf(runs, cohortSize: 30));
        Assert.InRange(floor.Mean!.Value, floor.P05!.Value, floor.P95!.Value);
    }

    [Fact]
    public void The_groups_of_a_split_share_no_run_and_no_split_is_repeated()
    {
        var splits = NoiseFloor.Pairs(9, 4).ToList();

        Assert.Equal(100, splits.Count);
        Assert.All(splits, split => Assert.Equal(8, split.A.Union(split.B).Count()));
        Assert.Equal(
            100, splits.Select(split => $"{string.Join(',', split.A)}|{string.Join(',', split.B)}").Distinct().Count());
    }

    /// <summary>
    /// Runs {0}, {0}, {1}, {1} of two labels: {00|11} differ; in {01|01}, which occurs twice, half of a group is
    /// not a majority on either side.
    /// </summary>
    [Fact]
    public void For_multi_label_data_the_sets_of_strict_majorities_are_compared()
    {
        var floor = Answers.FloorOf([Set(0), Set(0), Set(1), Set(1)], cohortSize: 4);

        Assert.Equal(1.0 / 3, floor.Mean!.Value, 12);
    }

    /// <summary>
    /// Every group is counted again here. 70 runs have more bits than a word, and a probability of agreement from 0 to
    /// 1 has examples on which all groups, some groups and no groups agree.
    /// </summary>
    [Theory]
    [InlineData(5, 5, LearningTask.SingleLabel)]
    [InlineData(12, 12, LearningTask.SingleLabel)]
    [InlineData(70, 30, LearningTask.SingleLabel)]
    [InlineData(6, 3, LearningTask.MultiLabel)]
    [InlineData(70, 70, LearningTask.MultiLabel)]
    public void The_rate_of_a_pair_is_that_of_its_groups_votes(int count, int cohortSize, LearningTask task)
    {
        const int examples = 60;
        var random = new Random(count);
        List<PackedLabels> runs = [.. Enumerable.Range(0, count).Select(_ => task == LearningTask.SingleLabel
            ? Packed([.. Enumerable.Range(0, examples).Select(i => Drawn(i) ? 1 : random.Next(3))])
            : PackedLabels.Of(task, 3, Enumerable.Range(0, examples).Select(i => (IReadOnlyList<short>)
                [.. new short[] { 0, 1, 2 }.Where(c => Drawn(i) ? c == 1 : random.Next(2) == 0)])))];
        var size = Math.Min(cohortSize, count / 2);
        var rates = NoiseFloor.Pairs(count, size).Select(pair => Enumerable.Range(0, examples)
            .Count(i => !Majority(pair.A, i).SequenceEqual(Majority(pair.B, i))) / (double)examples);

        var expected = NoiseFloor.Of(
            size == cohortSize ? NoiseFloorKind.SecondCohort : NoiseFloorKind.Halves, size, rates);

        Assert.Equal(expected, Answers.FloorOf(runs, cohortSize));
        Assert.Equal(expected, Answers.FloorOf(runs, cohortSize, blockSize: 7));
        Assert.InRange(expected.Mean!.Value, 0.01, 0.99);

        bool Drawn(int example) => random.Next(examples) < example;

        IEnumerable<int> Majority(int[] group, int example)
        {
            var votes = new int[3];
            foreach (var run in group) runs[run].Vote(example, votes);
            return task == LearningTask.SingleLabel
                ? [Vote.Of(votes).Mode] : new LabelVotes(votes, group.Length).Predicted();
        }
    }

    private static PackedLabels Set(short label) => PackedLabels.Of(LearningTask.MultiLabel, 2, [[label]]);

    private static (NoiseFloorKind, int) Kinds(NoiseFloor floor) => (floor.Kind!.Value, floor.Seeds);
}
