using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;

namespace PieService.Domain.Tests.Analysis;

/// <summary>90 examples of four labels, and runs that draw their answers; every third one is right.</summary>
public class FlipTallyTests
{
    private const int Examples = 90, Labels = 4;

    [Theory]
    [InlineData(LearningTask.SingleLabel, 5, 5, true)]
    [InlineData(LearningTask.SingleLabel, 5, 3, false)]
    [InlineData(LearningTask.SingleLabel, 1, 4, false)]
    [InlineData(LearningTask.MultiLabel, 4, 4, true)]
    [InlineData(LearningTask.MultiLabel, 3, 6, false)]
    public void Flips_are_the_means_over_all_pairs_of_runs(LearningTask task, int dense, int pruned, bool paired)
    {
        var answers = Answers(task, dense, pruned);
        var pairs = Enumerable.Range(0, dense).SelectMany(r => Enumerable.Range(0, pruned).Select(s => (R: r, S: s)))
            .Where(pair => !paired || pair.R == pair.S)
            .Select(pair => OfPair(answers.Gold, answers.Dense[pair.R], answers.Pruned[pair.S])).ToList();

        var tally = InOneBlock.Flips(answers, paired);

        var flips = tally.Flips();
        Assert.Equal(pairs.Average(pair => pair.RightToWrong), flips.RightToWrong, 12);
        Assert.Equal(pairs.Average(pair => pair.WrongToRight), flips.WrongToRight, 12);
        Assert.Equal(pairs.Average(pair => pair.WrongToOtherWrong)!.Value, flips.WrongToOtherWrong!.Value, 12);
        Assert.Equal(pairs.Average(pair => pair.BothRight), flips.BothRight, 12);
        Assert.Equal(pairs.Average(pair => pair.BothWrong), flips.BothWrong, 12);
        Assert.Equal(Examples, flips.Examples, 9);
        Assert.Equal(flips.Changes!.Value, tally.Changed.Average(), 12);
        Assert.Equal((flips.WrongToRight - flips.RightToWrong) / Examples, tally.Gain.Average(), 12);
        Assert.NotEqual(0, flips.SameWrong);
    }

    [Theory]
    [InlineData(LearningTask.SingleLabel)]
    [InlineData(LearningTask.MultiLabel)]
    public void Exchanged_cohorts_flip_the_other_way(LearningTask task)
    {
        var answers = Answers(task, 3, 5);

        var (there, back) = (InOneBlock.Flips(answers, paired: false).Flips(),
            InOneBlock.Flips(new(answers.Gold, answers.Pruned, answers.Dense), paired: false).Flips());

        Assert.Equal(
            there with { RightToWrong = there.WrongToRight, WrongToRight = there.RightToWrong }, back);
        Assert.Equal(there.Direction!.Value, -back.Direction!.Value, 12);
    }

    [Fact]
    public void The_changes_of_one_model_against_one_are_its_PIEs()
    {
        var answers = Answers(LearningTask.SingleLabel, 1, 1);

        var flips = InOneBlock.Flips(answers, paired: true);

        List<LabelledExample> labels = [.. PieLabeling.Label(answers.Gold, answers.Dense, answers.Pruned)];
        Assert.Equal(labels.Select(label => label.IsPie ? 1.0 : 0), flips.Changed);
        Assert.Equal(labels.Count(label => label.IsPie), flips.Flips().Changes!.Value * Examples, 9);
        Assert.Null(flips.NoiseFlips());
    }

    [Fact]
    public void Noise_flips_are_those_between_two_runs_of_the_baseline()
    {
        var answers = Answers(LearningTask.SingleLabel, 4, 2);

        var noise = InOneBlock.Flips(answers, paired: false).NoiseFlips();

        Assert.Equal(
            (from r in Enumerable.Range(0, 4)
             from s in Enumerable.Range(0, r)
             select OfPair(answers.Gold, answers.Dense[r], answers.Dense[s]).Flips).Average(),
            noise!.Value, 12);
    }

    [Theory]
    [InlineData(LearningTask.SingleLabel)]
    [InlineData(LearningTask.MultiLabel)]
    public void Blocks_of_any_size_give_the_same_flips(LearningTask task)
    {
        var answers = Answers(task, 3, 4);
        var tally = new FlipTally(Labels, new(3, 4, Paired: false), Examples);
        foreach (var block in ExampleBlock.Of(Examples, 1, 7))
            tally.Add(block.Start, new(
                answers.Gold.Slice(block.Start, block.Count),
                [.. answers.Dense.Select(run => run.Slice(block.Start, block.Count))],
                [.. answers.Pruned.Select(run => run.Slice(block.Start, block.Count))]));

        var whole = InOneBlock.Flips(answers, paired: false);

        Assert.Equal(whole.Flips(), tally.Flips());
        Assert.Equal(whole.Changed, tally.Changed);
    }

    /// <summary>The labels are right (0) and wrong (1). Of the three wrong pairs of answers, those of the second
    /// example are the same, and so are the missing ones of the last.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Two_wrong_open_answers_are_the_same_if_their_texts_are(bool paired)
    {
        var answers = new ComparedAnswers(
            PackedLabels.OfClasses(2, 0, 0, 0, 0, 0), [PackedLabels.OfClasses(2, 0, 1, 1, 0, 1)],
            [PackedLabels.OfClasses(2, 0, 1, 1, 1, 1)]);

        var flips = InOneBlock.Flips(
            answers, paired, new([["4", "5", "6", "7", null]], [["four", "5", "8", "9", null]])).Flips();

        Assert.Equal(new AnswerFlips(1, 0, 1, 1, 3), flips);
        Assert.Equal(2, flips.SameWrong);
    }

    [Fact]
    public void Without_texts_it_is_not_known_which_wrong_answers_are_the_same()
    {
        var answers = new ComparedAnswers(
            PackedLabels.OfClasses(2, 0, 0), [PackedLabels.OfClasses(2, 0, 1)], [PackedLabels.OfClasses(2, 1, 1)]);
        var tally = new FlipTally(2, ComparedCohorts.OfSeeds(1), 2, knowsAnswers: false);
        tally.Add(0, answers);

        var flips = tally.Flips();

        Assert.Equal(new AnswerFlips(1, 0, null, 0, 1), flips);
        Assert.Equal((null, null, 0.5), (flips.SameWrong, flips.Changes, flips.Flips));
    }

    /// <summary>Compares the answers example by example.</summary>
    private static AnswerFlips OfPair(PackedLabels gold, PackedLabels first, PackedLabels second)
    {
        var pairs = Enumerable.Range(0, gold.Count).Select(i => (
            First: first.At(i).SequenceEqual(gold.At(i)), Second: second.At(i).SequenceEqual(gold.At(i)),
            Same: first.At(i).SequenceEqual(second.At(i)))).ToList();
        return new(
            pairs.Count(pair => pair is (true, false, _)), pairs.Count(pair => pair is (false, true, _)),
            pairs.Count(pair => pair is (false, false, false)), pairs.Count(pair => pair is (true, true, _)),
            pairs.Count(pair => pair is (false, false, _)));
    }

    private static ComparedAnswers Answers(LearningTask task, int dense, int pruned) => new(
        Run(task, "gold", 0), [.. Enumerable.Range(0, dense).Select(run => Run(task, "dense", run))],
        [.. Enumerable.Range(0, pruned).Select(run => Run(task, "pruned", run))]);

    private static PackedLabels Run(LearningTask task, string cohort, int run)
    {
        var random = KeyedRandom.For("flips", cohort, run);
        return PackedLabels.Of(task, Labels, Enumerable.Range(0, Examples).Select(i =>
        {
            var c = (short)(cohort == "gold" || random.NextInt(3) == 0 ? i % Labels : random.NextInt(Labels));
            return (IReadOnlyList<short>)(task == LearningTask.SingleLabel || random.NextInt(2) == 0
                ? [c] : [.. new[] { c, (short)((c + 1) % Labels) }.Order()]);
        }));
    }
}
