using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>
/// The share of the examples on which the majorities of two halves of the seeds differ (analysis 3), as means over the
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
    internal sealed class Sum
    {
        private readonly List<double> excesses = [];
        private double dense, pruned, cross;

        public void Add(Half a, Half b)
        {
            var (ofDense, ofPruned) = (a.Dense.ShareDiffering(b.Dense), a.Pruned.ShareDiffering(b.Pruned));
            var between = (a.Dense.ShareDiffering(b.Pruned) + b.Dense.ShareDiffering(a.Pruned)) / 2;
            (dense, pruned, cross) = (dense + ofDense, pruned + ofPruned, cross + between);
            excesses.Add(between - ((ofDense + ofPruned) / 2));
        }

        public ModalDisagreement Mean()
        {
            double count = excesses.Count, within = (dense + pruned) / 2;
            List<double> sorted = [.. excesses.Order()];
            return new(
                dense / count, pruned / count, cross / count, (cross - within) / count, Percentile.Of(sorted, 5),
                Percentile.Of(sorted, 50), Percentile.Of(sorted, 95), (cross - dense) / count,
                cross == 0 ? null : Math.Min(1, within / cross));
        }
    }
}
