using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;
using PieService.Domain.Statistics;

namespace PieService.Domain.Tests.Analysis;

/// <summary>60 examples of three labels, and two cohorts of seven seeds that draw their answers.</summary>
public class AnalysisTallyTests
{
    private const int Examples = 60, Seeds = 7, Labels = 3;

    private static readonly ComparedCohorts Cohorts = ComparedCohorts.OfSeeds(Seeds);

    private static readonly Collapse None =
        new(CohortCollapse.Of(0, [0.5, 0.6]), CohortCollapse.Of(0, [0.5, 0.6]));

    [Theory]
    [InlineData(LearningTask.SingleLabel, 1)]
    [InlineData(LearningTask.SingleLabel, 17)]
    [InlineData(LearningTask.MultiLabel, 1)]
    [InlineData(LearningTask.MultiLabel, 17)]
    public void Blocks_of_any_size_give_the_same_analysis(LearningTask task, int size)
    {
        var answers = Answers(task);

        var (whole, parts) = (Analyse(answers, Examples), Analyse(answers, size));

        Assert.Equal(Json.Write(whole), Json.Write(parts));
        Assert.NotEqual(0, whole.Halves!.Pies);
    }

    /// <summary>
    /// All runs agree. If they did not, votes of 3:0 against 0:4 would have p = 1/35, and 2:0 against 0:8 1/45.
    /// </summary>
    [Theory]
    [InlineData(3, 3, "With 3 dense and 3 pruned runs no example ")]
    [InlineData(2, 5, "On every example ")]
    [InlineData(2, 4, "With 2 dense and 4 pruned runs no example ")]
    [InlineData(3, 4, "On every example ")]
    [InlineData(2, 8, "On every example ")]
    public void The_reason_is_the_number_of_runs_only_if_it_is_too_small_for_any_votes(
        int dense, int pruned, string reason)
    {
        var tally = new SignificanceTally(LearningTask.SingleLabel, Labels, new(dense, pruned, Paired: false));
        var gold = PackedLabels.OfClasses(Labels, [1]);
        tally.Add(PieLabeling.Label(gold, Runs(dense), Runs(pruned)).Single(), discordant: null);

        Assert.StartsWith(reason, tally.Significance().Reason, StringComparison.Ordinal);

        PackedLabels[] Runs(int count) => [.. Enumerable.Repeat(gold, count)];
    }

    [Fact]
    public void An_analysis_of_version_4_can_be_read() =>
        Assert.Null(Json.Read<PairedSignificance>("""{"atMost":[]}""").Reason);

    [Theory]
    [InlineData(5, true)]
    [InlineData(6, false)]
    public void The_paired_test_needs_six_pairs(int seeds, bool isReason) => Assert.Equal(
        isReason,
        new SignificanceTally(LearningTask.SingleLabel, Labels, ComparedCohorts.OfSeeds(seeds)).Significance()
            .Paired!.Reason is not null);

    [Theory]
    [InlineData(LearningTask.SingleLabel)]
    [InlineData(LearningTask.MultiLabel)]
    public void The_counted_q_values_are_those_of_the_examples(LearningTask task)
    {
        var answers = Answers(task);
        var (tally, tests, discordant) =
            (new SignificanceTally(task, Labels, Cohorts), new ExampleTests(task, Labels), new DiscordantSeeds(Labels));
        List<LabelledExample> labels = [.. PieLabeling.Label(answers.Gold, answers.Dense, answers.Pruned)];
        List<TestedVotes> unpaired = [], paired = [];
        foreach (var label in labels)
        {
            discordant.Read(answers.Dense, answers.Pruned, label.Position);
            tally.Add(label, discordant);
            unpaired.Add(tests.Unpaired(label.DenseVotes, Seeds, label.PrunedVotes, Seeds));
            paired.Add(tests.Paired(discordant));
        }

        var (q, ofPairs) = (StepUpQ.Of(unpaired), StepUpQ.Of(paired));

        foreach (var (i, label) in labels.Index())
        {
            discordant.Read(answers.Dense, answers.Pruned, i);
            Assert.Equal(
                new ExampleSignificance(unpaired[i].P, q[i], paired[i].P, ofPairs[i]), tally.Of(label, discordant));
        }
        var level = tally.Significance().AtMost.Single(level => level.MaxQ == 0.1);
        Assert.Equal(
            (q.Count(value => value <= 0.1), labels.Count(label => label.IsPie && q[label.Position] <= 0.1)),
            (level.Examples, level.Pies));
    }

    [Theory]
    [InlineData(LearningTask.SingleLabel)]
    [InlineData(LearningTask.MultiLabel)]
    public void Discordant_seeds_are_those_where_one_run_alone_predicts_the_label(LearningTask task)
    {
        var (answers, discordant) = (Answers(task), new DiscordantSeeds(Labels));

        for (var i = 0; i < Examples; i++)
        {
            discordant.Read(answers.Dense, answers.Pruned, i);
            for (var c = 0; c < Labels; c++)
            {
                Assert.Equal(Count(answers.Dense, answers.Pruned, i, c), discordant.DenseOnly[c]);
                Assert.Equal(Count(answers.Pruned, answers.Dense, i, c), discordant.PrunedOnly[c]);
            }
        }

        static int Count(IReadOnlyList<PackedLabels> with, IReadOnlyList<PackedLabels> without, int i, int c) =>
            with.Zip(without).Count(pair => pair.First.Has(i, c) && !pair.Second.Has(i, c));
    }

    [Theory]
    [InlineData(LearningTask.SingleLabel)]
    [InlineData(LearningTask.MultiLabel)]
    public void Self_confidence_is_that_of_each_example_alone(LearningTask task)
    {
        var (gold, random) = (Answers(task).Gold, KeyedRandom.For("logits"));
        float[][] runs = [.. Enumerable.Range(0, 4).Select(_ =>
            Enumerable.Range(0, Examples * Labels).Select(_ => (random.NextInt(2000) / 100f) - 10).ToArray())];

        var confidence = SelfConfidence.MeanOverRuns(gold, runs);

        for (var i = 0; i < Examples; i++)
        {
            double[][] logits =
                [.. runs.Select(run => run[(i * Labels)..((i + 1) * Labels)].Select(z => (double)z).ToArray())];
            Assert.Equal(
                task == LearningTask.SingleLabel
                    ? LabelQuality.Of(logits, gold.ClassAt(i), [1, 1, 1, 1]).SelfConfidence
                    : LabelQuality.OfLabels(logits, [.. Enumerable.Range(0, Labels).Select(c => gold.Has(i, c))]),
                confidence[i], 12);
        }
    }

    [Fact]
    public void Self_confidence_needs_a_run_with_logits_of_every_example()
    {
        var gold = PackedLabels.OfClasses(2, 0, 1);

        Assert.Throws<ArgumentException>(() => SelfConfidence.MeanOverRuns(gold, []));
        Assert.Throws<ArgumentException>(() => SelfConfidence.MeanOverRuns(gold, [[1, 2, 3]]));
    }

    [Fact]
    public void Many_seeds_on_many_labels_have_no_inclusion_and_no_stability()
    {
        const int Seeds = 60;
        var votes = new int[50];
        votes[7] = Seeds;
        var label = new LabelledExample(0, votes, votes, 0, 0, 0, false, false, 1, false, null);
        var cohorts = ComparedCohorts.OfSeeds(Seeds);

        Assert.Null(new VoteMeasures(LearningTask.SingleLabel, cohorts).Inclusion(label));
        Assert.NotNull(new VoteMeasures(LearningTask.MultiLabel, cohorts).Inclusion(label));
        Assert.Null(new PieSetStability.Tally().Stability());
    }

    [Theory]
    [InlineData(2, 1000, true)]
    [InlineData(3, 215, true)]
    [InlineData(3, 216, false)]
    [InlineData(10, 107, true)]
    [InlineData(10, 108, false)]
    [InlineData(150, 100, false)]
    [InlineData(32767, 6, true)]
    public void Inclusion_is_computed_while_labels_x_seeds_cubed_are_few(int labels, int seeds, bool isComputed) =>
        Assert.Equal(isComputed, PieInclusion.CanCompute(labels, seeds));

    [Theory]
    [InlineData(0, 3, CollapseState.None)]
    [InlineData(1, 3, CollapseState.Some)]
    [InlineData(2, 4, CollapseState.Some)]
    [InlineData(3, 4, CollapseState.Most)]
    [InlineData(4, 4, CollapseState.All)]
    public void Most_runs_of_a_cohort_are_more_than_half(int collapsed, int runs, CollapseState state) =>
        Assert.Equal(state, CollapseStates.Of(collapsed, runs));

    [Fact]
    public void Collapsed_dense_runs_have_no_significance()
    {
        var collapse = None with { Dense = CohortCollapse.Of(5, [0.1, 0.1, 0.1, 0.1, 0.1, 0.9, 0.9]) };

        var result = Analyse(Answers(LearningTask.SingleLabel), Examples, collapse);

        Assert.Contains("5 of 7 dense runs have collapsed", result.Significance.Reason, StringComparison.Ordinal);
        Assert.Empty(result.Significance.AtMost);
        Assert.True(collapse.Dense.Bimodal);
    }

    [Fact]
    public void Cohorts_of_other_seeds_and_sizes_are_compared_without_pairs()
    {
        var answers = Answers(LearningTask.SingleLabel);
        var fewer = answers with { Pruned = [.. answers.Pruned.Take(5)] };
        var tally = new AnalysisTally(LearningTask.SingleLabel, Labels, new(Seeds, 5, Paired: false), secondSeeds: 0);
        foreach (var label in PieLabeling.Label(fewer.Gold, fewer.Dense, fewer.Pruned))
            tally.Add(label, discordant: null, isReplicated: null);
        tally.Add(fewer);

        var result = tally.Result(
            classes: null, None, InOneBlock.Flips(fewer, paired: false), clusterSe: null, divergence: null,
            conformal: null, settings: null);

        Assert.Null(result.Significance.Paired);
        Assert.Equal((null, 4), (result.Effect.SameSeed, result.Effect.Df));
        // 7 seeds have 210 / 2 ways to choose two pairs, of which 100 are taken; 5 seeds have 15.
        Assert.Equal((2, 100), (result.Halves!.Seeds, result.Halves.Splits));
        var first = PieLabeling.Label(fewer.Gold, fewer.Dense, fewer.Pruned).First();
        var values = tally.Measures(first, null, null, selfConfidence: 1).Significance!.Value;
        Assert.Equal(
            (new ExactTest().Of(first.DenseVotes, first.PrunedVotes).P, null, null),
            (values.P, values.PairedP, values.PairedQ));
    }

    private static AnalysisResult Analyse(ComparedAnswers answers, int blockSize, Collapse? collapse = null)
    {
        var (tally, discordant) =
            (new AnalysisTally(answers.Gold.Task, Labels, Cohorts, secondSeeds: 0), new DiscordantSeeds(Labels));
        for (var start = 0; start < Examples; start += blockSize)
        {
            var count = Math.Min(blockSize, Examples - start);
            var block = new ComparedAnswers(
                answers.Gold.Slice(start, count), [.. answers.Dense.Select(run => run.Slice(start, count))],
                [.. answers.Pruned.Select(run => run.Slice(start, count))]);
            foreach (var label in PieLabeling.Label(block.Gold, block.Dense, block.Pruned))
            {
                discordant.Read(block.Dense, block.Pruned, label.Position);
                tally.Add(label, discordant, isReplicated: null);
            }
            tally.Add(block);
        }
        return tally.Result(
            classes: null, collapse ?? None, InOneBlock.Flips(answers, paired: true), clusterSe: null, divergence: null,
            conformal: null, settings: null);
    }

    private static ComparedAnswers Answers(LearningTask task) => new(
        Run(task, "gold", 0), [.. Enumerable.Range(0, Seeds).Select(seed => Run(task, "dense", seed))],
        [.. Enumerable.Range(0, Seeds).Select(seed => Run(task, "pruned", seed))]);

    /// <summary>Every third answer is right; the pruned runs prefer the last label.</summary>
    private static PackedLabels Run(LearningTask task, string cohort, int seed)
    {
        var random = KeyedRandom.For("analysis tally", cohort, seed);
        return PackedLabels.Of(task, Labels, Enumerable.Range(0, Examples).Select(i =>
        {
            var c = (short)(cohort == "gold" || random.NextInt(3) == 0 ? i % Labels
                : cohort == "pruned" && i % 2 == 0 ? 2 : random.NextInt(Labels));
            return (IReadOnlyList<short>)(task == LearningTask.SingleLabel || random.NextInt(2) == 0
                ? [c] : [.. new[] { c, (short)((c + 1) % Labels) }.Order()]);
        }));
    }
}
