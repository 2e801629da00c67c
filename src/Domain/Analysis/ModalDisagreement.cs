using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>
/// The share of the examples on which the majorities of two halves of the seeds differ, as means over the
/// splits. The halves have no seed in common, so that paired seeds cannot make the cohorts more similar than the halves
/// of one cohort.
/// </summary>
/// <param name="Dense">Between both halves of the dense cohort, in [0, 1].</param>
/// <param name="Pruned">Between both halves of the pruned cohort.</param>
/// <param name="Cross">Between a half of the dense and the other half of the pruned cohort, both ways.</param>
/// <param name="Excess">Cross - (dense + pruned) / 2.</param>
/// <param name="P05">The 5th percentile of the excess over the splits, which is not a confidence limit.</param>
/// <param name="P50">The median.</param>
/// <param name="P95">The 95th percentile.</param>
/// <param name="OverDense">Cross - dense.</param>
/// <param name="SeedShare">min(1, (dense + pruned) / 2 / cross), the part of the disagreement that is there within the
/// cohorts too; null if the cohorts never differ.</param>
public sealed record ModalDisagreement(
    double Dense, double Pruned, double Cross, double Excess, double P05, double P50, double P95, double OverDense,
    double? SeedShare)
{
    /// <summary>Counts the examples for each split, a block of examples at a time.</summary>
    internal sealed class Tally(int splits)
    {
        private readonly int[] dense = new int[splits], pruned = new int[splits], cross = new int[splits];
        private int examples;

        public void AddExamples(int count) => examples += count;

        public void Add(int split, Half a, Half b)
        {
            dense[split] += a.Dense.CountDiffering(b.Dense);
            pruned[split] += a.Pruned.CountDiffering(b.Pruned);
            cross[split] += a.Dense.CountDiffering(b.Pruned) + b.Dense.CountDiffering(a.Pruned);
        }

        public ModalDisagreement Mean()
        {
            double ofDense = Share(dense), ofPruned = Share(pruned), between = Share(cross) / 2;
            var within = (ofDense + ofPruned) / 2;
            List<double> excesses =
            [
                .. Enumerable.Range(0, splits)
                    .Select(split => (double)(cross[split] - dense[split] - pruned[split]) / 2 / examples).Order(),
            ];
            return new(
                ofDense, ofPruned, between, between - within, Percentile.Of(excesses, 5), Percentile.Of(excesses, 50),
                Percentile.Of(excesses, 95), between - ofDense, between == 0 ? null : Math.Min(1, within / between));
        }

        private double Share(int[] counts) => (double)counts.Sum(count => (long)count) / splits / examples;
    }
}
