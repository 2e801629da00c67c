using PieService.Domain.Pies;
using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>
/// How much more two cohorts disagree than the runs within them, so beyond what seeds alone cause. All
/// values are shares of the examples. Values that need more runs are null.
/// </summary>
/// <param name="SameSeed">Mean disagreement of the dense and the pruned run of one seed (churn); null if the cohorts
/// are not paired.</param>
/// <param name="CrossSeed">dp, mean disagreement of a dense and a pruned run; of different seeds if paired.</param>
/// <param name="Dense">dd, mean disagreement of two dense runs.</param>
/// <param name="Pruned">pp, mean disagreement of two pruned runs.</param>
/// <param name="Df">Degrees of freedom of the intervals: min(R) - 1; null without intervals.</param>
/// <param name="Excess">dp - (dd + pp) / 2: 0 on average if no example's votes change, else positive.</param>
/// <param name="OverDense">dp - dd: positive also if the pruned runs are merely noisier, negative if they are
/// steadier.</param>
/// <param name="Reason">Why there is no interval, and what to do about it; null if there is one.</param>
public sealed record SeedEffect(
    double? SameSeed, double? CrossSeed, double? Dense, double? Pruned, int? Df, Estimate? Excess, Estimate? OverDense,
    string? Reason)
{
    /// <summary>With fewer runs in a cohort, the jackknife has no interval that could be trusted.</summary>
    public const int FewestRunsOfInterval = 3;

    /// <summary>
    /// Intervals are by the delete-one-seed jackknife: of paired cohorts, a seed is removed from both; else the squared
    /// errors of both cohorts add up.
    /// </summary>
    /// <param name="distances">Those of all pairs of runs, at least one run in each cohort.</param>
    /// <exception cref="ArgumentException">The distances are those of other numbers of runs, or paired cohorts have
    /// different numbers of them.</exception>
    public static SeedEffect Of(SeedDistances distances, ComparedCohorts cohorts)
    {
        var (denseRuns, prunedRuns, paired) = (cohorts.Dense, cohorts.Pruned, cohorts.Paired);
        if ((distances.Dense.GetLength(0), distances.Pruned.GetLength(0)) != (denseRuns, prunedRuns))
            throw new ArgumentException("The distances are those of the runs of the cohorts.", nameof(distances));
        if (paired && denseRuns != prunedRuns)
            throw new ArgumentException("Paired cohorts have the same seeds.", nameof(cohorts));
        int[] dense = [.. Enumerable.Range(0, denseRuns)], pruned = [.. Enumerable.Range(0, prunedRuns)];
        var means = new Means(distances, paired);
        var df = Math.Min(denseRuns, prunedRuns) - 1;
        return new(
            paired ? dense.Average(r => distances.Cross[r, r]) : null,
            means.Cross(dense, pruned), Means.Within(distances.Dense, dense), Means.Within(distances.Pruned, pruned),
            df + 1 >= FewestRunsOfInterval ? df : null,
            With(means.Excess), With(means.OverDense),
            df + 1 >= FewestRunsOfInterval ? null
                : $"An interval needs {FewestRunsOfInterval} runs in each cohort: {cohorts.Kind.MoreRuns}.");

        Estimate? With(Func<int[], int[], double?> statistic) => statistic(dense, pruned) switch
        {
            not { } => null,
            { } value when df + 1 < FewestRunsOfInterval => Estimate.WithoutError(RoundingError.Removed(value)),
            { } value => Estimate.WithError(
                RoundingError.Removed(value), RoundingError.Removed(Math.Sqrt(SquaredError(statistic))), df),
        };

        double SquaredError(Func<int[], int[], double?> statistic) => paired
            ? Jackknife.SquaredError([.. dense.Select(r => statistic(Without(dense, r), Without(pruned, r))!.Value)])
            : Jackknife.SquaredError([.. dense.Select(r => statistic(Without(dense, r), pruned)!.Value)])
                + Jackknife.SquaredError([.. pruned.Select(s => statistic(dense, Without(pruned, s))!.Value)]);
    }

    private static int[] Without(int[] runs, int run) => Array.FindAll(runs, other => other != run);

    /// <summary>Means over some of the runs; null if there is no pair.</summary>
    private sealed record Means(SeedDistances Distances, bool Paired)
    {
        public double? Excess(int[] dense, int[] pruned) =>
            OverDense(dense, pruned) + ((Within(Distances.Dense, dense) - Within(Distances.Pruned, pruned)) / 2);

        public double? OverDense(int[] dense, int[] pruned) =>
            Cross(dense, pruned) - Within(Distances.Dense, dense);

        public double? Cross(int[] dense, int[] pruned)
        {
            var (sum, pairs) = (0.0, 0);
            foreach (var r in dense)
                foreach (var s in pruned)
                    if (!Paired || r != s) (sum, pairs) = (sum + Distances.Cross[r, s], pairs + 1);
            return pairs == 0 ? null : sum / pairs;
        }

        public static double? Within(double[,] distances, int[] runs)
        {
            var sum = 0.0;
            for (var i = 0; i < runs.Length; i++)
                for (var j = 0; j < i; j++) sum += distances[runs[i], runs[j]];
            return runs.Length < 2 ? null : sum / (runs.Length * (runs.Length - 1) / 2);
        }
    }
}
