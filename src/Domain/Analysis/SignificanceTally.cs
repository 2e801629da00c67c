using System.Runtime.InteropServices;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>
/// Counts the different tests of the examples of a comparison, one example after the other. The q value of an example
/// depends on the tests of all examples, so <see cref="Of"/> gives it when all have been added.
/// </summary>
/// <param name="classCount">C.</param>
public sealed class SignificanceTally(LearningTask task, int classCount, ComparedCohorts cohorts)
{
    private const double Small = 0.05;

    /// <summary>With fewer pairs, McNemar's exact p is at least 2 / 2^5.</summary>
    private const int FewestPairs = 6;

    private readonly ExampleTests tests = new(task, classCount);
    private readonly Dictionary<TestedVotes, Count> unpaired = [], paired = [];

    /// <summary>The q values of both tests over all examples; null if an example was added since.</summary>
    private (StepUpQ Unpaired, StepUpQ Paired)? known;

    /// <param name="discordant">Of the example; null if the cohorts are not paired.</param>
    public void Add(LabelledExample label, DiscordantSeeds? discordant)
    {
        known = null;
        Add(unpaired, Unpaired(label), label.IsPie);
        if (discordant is not null) Add(paired, tests.Paired(discordant), label.IsPie);
    }

    public Significance Significance()
    {
        var (q, ofPairs) = QValues();
        var testable = unpaired.Where(test => CanBeSmall(test.Key.Null)).Sum(test => test.Value.Examples);
        return new(
            SignificanceTest.Unpaired,
            unpaired.Keys.All(test => !test.Null.IsContinuous), testable,
            AtMost(unpaired, q), cohorts.Paired ? new PairedSignificance(AtMost(paired, ofPairs), WhyNoPair()) : null,
            testable > 0 ? null
            : SmallestP() >= Small
                ? $"With {cohorts.Dense} {cohorts.Kind.Baseline} and {cohorts.Pruned} {cohorts.Kind.Compressed} runs "
                    + $"no example can have a p value below 0.05: {cohorts.Kind.MoreRuns}."
                : "On every example almost all runs of both cohorts agree, so no votes can differ significantly.");
    }

    private string? WhyNoPair() => cohorts.Fewest >= FewestPairs ? null
        : $"With {cohorts.Fewest} pairs of runs no example can have a p value below 0.05 by the paired test: "
            + $"{cohorts.Kind.MoreRuns}.";

    /// <summary>
    /// The smallest p of the exact test, whatever the votes: given the totals, each of the (R_D + R_P)! / (R_D! R_P!)
    /// ways to distribute the votes is equally likely. If the cohorts are equally large, exchanging them gives a table
    /// of the same probability.
    /// </summary>
    private double SmallestP()
    {
        var p = cohorts.Dense == cohorts.Pruned ? 2.0 : 1.0;
        for (var run = 1; run <= cohorts.Dense; run++) p *= (double)run / (cohorts.Pruned + run);
        return p;
    }

    /// <summary>The p and q values of an example that was added.</summary>
    /// <param name="discordant">Of the example; null if the cohorts are not paired.</param>
    public ExampleSignificance Of(LabelledExample label, DiscordantSeeds? discordant)
    {
        var (q, ofPairs) = QValues();
        var (p, pairedP) = (Unpaired(label).P, discordant is null ? (double?)null : tests.Paired(discordant).P);
        return new(p, q.At(p), pairedP, pairedP is null ? null : ofPairs.At(pairedP.Value));
    }

    private (StepUpQ Unpaired, StepUpQ Paired) QValues() => known ??= (Q(unpaired), Q(paired));

    private TestedVotes Unpaired(LabelledExample label) =>
        tests.Unpaired(label.DenseVotes, cohorts.Dense, label.PrunedVotes, cohorts.Pruned);

    private static void Add(Dictionary<TestedVotes, Count> counts, TestedVotes test, bool isPie)
    {
        ref var count = ref CollectionsMarshal.GetValueRefOrAddDefault(counts, test, out _);
        count = new(count.Examples + 1, count.Pies + (isPie ? 1 : 0));
    }

    private static StepUpQ Q(Dictionary<TestedVotes, Count> counts) =>
        new(counts.ToDictionary(test => test.Key, test => test.Value.Examples));

    private static List<SignificantExamples> AtMost(Dictionary<TestedVotes, Count> counts, StepUpQ q)
    {
        var byQ = counts.Select(test => (Q: q.At(test.Key.P), test.Value)).ToList();
        return
        [
            .. Analysis.Significance.Levels.Select(level => new SignificantExamples(
                level, byQ.Where(test => test.Q <= level).Sum(test => test.Value.Examples),
                byQ.Where(test => test.Q <= level).Sum(test => test.Value.Pies))),
        ];
    }

    private static bool CanBeSmall(NullDistribution distribution) =>
        distribution.IsContinuous || distribution.Attainable[0] < Small;

    private readonly record struct Count(int Examples, int Pies);
}

/// <summary>Whether the votes of both cohorts on one example differ.</summary>
/// <param name="P">The p value of the unpaired test, in (0, 1].</param>
/// <param name="Q">Its q value over all examples of the comparison, in [0, 1].</param>
/// <param name="PairedP">The p value of the paired test; null if the cohorts are not paired.</param>
/// <param name="PairedQ">Its q value.</param>
public readonly record struct ExampleSignificance(double P, double Q, double? PairedP, double? PairedQ);
