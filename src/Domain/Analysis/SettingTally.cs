using PieService.Domain.Pies;

namespace PieService.Domain.Analysis;

/// <summary>
/// Counts by how many settings of a compression each example is changed, a block of examples at a time. A setting
/// changes an example if its answer is not that of the baseline's run of its seed, or if the cohorts are not paired,
/// not that of the majority of the baseline. Its size depends on the settings, and not on the examples.
/// </summary>
public sealed class SettingTally(ComparedCohorts cohorts)
{
    private const string NoMargins =
        "The baseline has one run, whose votes do not tell border examples from others: import two or more runs of the "
        + "baseline.";

    private readonly int[] byChanged = new int[cohorts.Pruned + 1];

    /// <summary>The examples of each stratum of the margin.</summary>
    private readonly int[] examples = new int[OverlapGivenMargin.Strata];

    /// <summary>The examples of each stratum that each setting changes.</summary>
    private readonly int[,] changed = new int[OverlapGivenMargin.Strata, cohorts.Pruned];

    /// <param name="block">The predictions for a block of examples.</param>
    /// <param name="strata">The <see cref="OverlapGivenMargin"/> stratum of each example of the block.</param>
    public void Add(ComparedAnswers block, IReadOnlyList<int> strata)
    {
        var majority = cohorts.Paired ? null : Majority.Of(block.Dense);
        for (var i = 0; i < strata.Count; i++)
        {
            var (stratum, settings) = (strata[i], 0);
            examples[stratum]++;
            for (var setting = 0; setting < cohorts.Pruned; setting++)
            {
                if (block.Pruned[setting].At(i).SequenceEqual((majority ?? block.Dense[setting]).At(i))) continue;
                changed[stratum, setting]++;
                settings++;
            }
            byChanged[settings]++;
        }
    }

    public ChangedBySettings Settings()
    {
        var (given, all) = (new double[byChanged.Length], examples.Sum());
        for (var stratum = 0; stratum < examples.Length; stratum++)
        {
            if (examples[stratum] == 0) continue;
            var (own, chances) = (stratum, Chances(setting => changed[stratum, setting], examples[stratum]));
            for (var k = 0; k < given.Length; k++) given[k] += examples[own] * chances[k];
        }
        var independent = Chances(
            setting => Enumerable.Range(0, examples.Length).Sum(stratum => changed[stratum, setting]), all);
        var hasMargins = cohorts.Dense > 1;
        return new(
            cohorts.Pruned,
            [
                .. byChanged.Select((count, k) =>
                    new ChangedExamples(k, count, all * independent[k], hasMargins ? given[k] : null)),
            ],
            hasMargins ? null : NoMargins);
    }

    /// <summary>The probability that k independent settings change an example, for k = 0 to K.</summary>
    private double[] Chances(Func<int, int> changedBy, int of)
    {
        var chances = new double[byChanged.Length];
        chances[0] = 1;
        for (var setting = 0; setting < cohorts.Pruned; setting++)
        {
            var share = (double)changedBy(setting) / of;
            for (var k = setting + 1; k > 0; k--) chances[k] += share * (chances[k - 1] - chances[k]);
            chances[0] *= 1 - share;
        }
        return chances;
    }
}
