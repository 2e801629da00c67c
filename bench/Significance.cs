using PieService.Domain;
using PieService.Domain.Statistics;

namespace PieService.Bench;

/// <summary>
/// The significance of all examples of many comparisons of 30 dense with 30 pruned runs on three labels: votes drawn
/// with shares that differ between examples, then p and q of each, with one memo for all comparisons.
/// </summary>
internal static class Significance
{
    private const int Runs = 30, Labels = 3;

    public static void Run(int examples, int comparisons)
    {
        var (test, tests, atMost) = (new ExactTest(), new TestedVotes[examples], 0);
        var (ofTests, ofQ) = (TimeSpan.Zero, TimeSpan.Zero);
        for (var comparison = 0; comparison < comparisons; comparison++)
        {
            var votes = Votes(comparison, examples);
            var before = Environment.CpuUsage.TotalTime;
            for (var i = 0; i < examples; i++)
                tests[i] = test.Of(
                    votes.AsSpan(2 * i * Labels, Labels), votes.AsSpan(((2 * i) + 1) * Labels, Labels));
            var tested = Environment.CpuUsage.TotalTime;
            atMost += StepUpQ.Of(tests).Count(q => q <= 0.05);
            (ofTests, ofQ) = (ofTests + (tested - before), ofQ + (Environment.CpuUsage.TotalTime - tested));
        }
        Measured.Say(
            $"{examples} examples x {comparisons} comparisons, seconds of processor time: p {ofTests.TotalSeconds:F2}, "
            + $"q {ofQ.TotalSeconds:F2}; {atMost} with q at most 0.05");
    }

    /// <summary>For each example the votes of both cohorts; every third example is affected by pruning.</summary>
    private static int[] Votes(int comparison, int examples)
    {
        var (random, votes) = (KeyedRandom.For("bench significance", comparison), new int[2 * examples * Labels]);
        for (var i = 0; i < examples; i++)
        {
            var (favourite, certainty) = (random.NextInt(Labels), 20 + random.NextInt(80));
            for (var cohort = 0; cohort < 2; cohort++)
                for (var run = 0; run < Runs; run++)
                {
                    var isSure = random.NextInt(100) < (cohort == 1 && i % 3 == 0 ? certainty / 3 : certainty);
                    votes[(((2 * i) + cohort) * Labels) + (isSure ? favourite : random.NextInt(Labels))]++;
                }
        }
        return votes;
    }
}
