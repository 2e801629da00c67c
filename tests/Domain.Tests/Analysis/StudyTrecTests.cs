using System.Text.Json;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Predictions;
using PieService.Domain.Statistics;
using PieService.Domain.Tests.Statistics;
using PieService.Golden;
using static PieService.Domain.Tests.GoldenCases;

namespace PieService.Domain.Tests.Analysis;

/// <summary>The analysis of eight seeds of the published code on TREC, from their logits.</summary>
public class StudyTrecTests
{
    [Fact]
    public void PIEs_and_their_significance_are_those_of_the_reference() => Each((golden, study) =>
    {
        var (test, inclusion) = (new ExactTest(), new PieInclusion());
        var examples = Enumerable.Range(0, study.Gold.Count)
            .Select(i => (Dense: Votes(study.Dense, i), Pruned: Votes(study.Pruned, i))).ToList();
        TestedVotes[] tests = [.. examples.Select(votes => test.Of(votes.Dense, votes.Pruned))];
        var (q, bh) = (StepUpQ.Of(tests), AdjustedP.BenjaminiHochberg([.. tests.Select(tested => tested.P)]));
        int[] pies = [.. PieLabeling.Label(study.Gold, study.Dense, study.Pruned)
            .Where(label => label.IsPie).Select(label => label.Position)];
        double[] inclusions = [.. examples.Select(votes => inclusion.Of(votes.Dense, votes.Pruned))];

        Assert.Equal(golden.Ints("pies"), pies);
        CloseP(golden.Numbers("p_at_pies"), pies.Select(i => tests[i].P));
        CloseP(golden.Numbers("q_at_pies"), pies.Select(i => q[i]));
        Close(golden.Numbers("inclusion_at_pies"), pies.Select(i => inclusions[i]));
        var atMost = golden.GetProperty("q_at_most_5_percent");
        Assert.Equal(atMost.Int("examples"), q.Count(value => value <= 0.05));
        Assert.Equal(atMost.Int("pies"), pies.Count(i => q[i] <= 0.05));
        Assert.Equal(golden.Int("bh_at_most_5_percent"), bh.Count(value => value <= 0.05));
        Assert.Equal(golden.Int("paired_q_at_most_5_percent"), PairedQ(study).Count(value => value <= 0.05));

        var stability = InOneBlock.Stability(inclusions.Select((value, i) => (pies.Contains(i), value)));
        Close(golden.Number("expected_flips"), stability.ExpectedFlips);
        var plan = new SeedPlan(
            LearningTask.SingleLabel, examples.Select(votes => new VotedAlike(votes.Dense, votes.Pruned, 1)),
            ComparedCohorts.OfSeeds(study.Dense.Count), halves: null);
        foreach (var more in golden.GetProperty("jaccard_ratio").EnumerateObject())
            Close(more.Value.GetDouble(), plan.Overlap(int.Parse(more.Name, null)) / plan.Overlap(4));
    });

    [Fact]
    public void Effects_halves_and_classes_are_those_of_the_reference() => Each((golden, study) =>
    {
        var effect = InOneBlock.Effect(study.Dense, study.Pruned, paired: true);
        var isPie = PieLabeling.Label(study.Gold, study.Dense, study.Pruned).Select(label => label.IsPie).ToList();

        SeedEffectTests.Compare(golden.GetProperty("excess"), effect);
        SeedHalvesTests.Compare(
            golden.GetProperty("halves"),
            InOneBlock.Halves(study.Gold, study.Dense, study.Pruned, golden.Splits(), golden.Splits()));
        ClassAnalysisTests.Compare(
            golden.GetProperty("class_tests"), InOneBlock.Recalls(study.Gold, study.Dense, study.Pruned));
        ClassAnalysisTests.Compare(
            golden.GetProperty("class_distribution"), InOneBlock.Distribution(study.Gold, isPie));
        Assert.Equal(
            golden.Ints("collapsed_runs"),
            new[] { study.Dense, study.Pruned }.Select(cohort =>
                cohort.Count(run => RunCollapse.Of(study.Gold, run).IsCollapsed)));
    });

    private sealed record Study(
        PackedLabels Gold, IReadOnlyList<PackedLabels> Dense, IReadOnlyList<PackedLabels> Pruned);

    private static void Each(Action<JsonElement, Study> compare)
    {
        var tensors = GoldenFolder.Tensors("study-trec/test_logits.safetensors");
        GoldenCases.Each("analysis.json", "study_trec", golden => compare(
            golden,
            new Study(
                PackedLabels.OfClasses(Shape()[2], tensors.Get<long>("labels").Select(label => (int)label)),
                Runs("dense-0"), Runs(golden.GetProperty("configuration").GetString()!))));

        int[] Shape() => tensors.Shape("dense-0");

        IReadOnlyList<PackedLabels> Runs(string configuration)
        {
            var (shape, logits) = (Shape(), tensors.Get<float>(configuration));
            var (examples, classes) = (shape[1], shape[2]);
            return [.. Enumerable.Range(0, shape[0]).Select(run => PackedLabels.OfClasses(
                classes, Enumerable.Range(0, examples).Select(i =>
                    FirstLargest(logits.AsSpan(((run * examples) + i) * classes, classes)))))];
        }
    }

    private static double[] PairedQ(Study study)
    {
        var test = new TestsOfLabels();
        return StepUpQ.Of([.. Enumerable.Range(0, study.Gold.Count).Select(i => test.OfPairs(
            [.. study.Dense.Select(run => run.ClassAt(i))], [.. study.Pruned.Select(run => run.ClassAt(i))],
            study.Gold.ClassCount))]);
    }

    private static int FirstLargest(ReadOnlySpan<float> logits)
    {
        var largest = 0;
        for (var c = 1; c < logits.Length; c++)
            if (logits[c] > logits[largest]) largest = c;
        return largest;
    }

    private static int[] Votes(IReadOnlyList<PackedLabels> runs, int example)
    {
        var votes = new int[runs[0].ClassCount];
        foreach (var run in runs) run.Vote(example, votes);
        return votes;
    }
}
