using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>
/// The effect of pruning on the loss of each example, over the seeds that both cohorts have. For
/// multi-label data a loss is the mean over the classes, and a ratio is the mean of the classes' ratios.
/// </summary>
/// <param name="Difference">Mean over seeds of L_P - L_D, in nats.</param>
/// <param name="Ratio">Mean over seeds of L_P / L_D. It is very large if a dense loss is near 0, and infinite if one is
/// 0.</param>
/// <param name="RatioSd">Standard deviation of that ratio over seeds, ddof = 0; NaN if the ratio is infinite.</param>
/// <param name="Dense">Mean over seeds of L_D, in nats.</param>
/// <param name="Pruned">Mean over seeds of L_P, in nats.</param>
public sealed record SeedLosses(double[] Difference, double[] Ratio, double[] RatioSd, double[] Dense, double[] Pruned)
{
    /// <param name="gold">Labels of the N examples.</param>
    /// <param name="pairs">
    /// N x C logits of the dense and the pruned run of each seed; read once, one after the other.
    /// </param>
    /// <exception cref="ArgumentException">There is no pair, or a run does not have logits for every
    /// example.</exception>
    public static SeedLosses Of(PackedLabels gold, IEnumerable<(float[] Dense, float[] Pruned)> pairs)
    {
        var (n, classCount) = (gold.Count, gold.ClassCount);
        var (dense, pruned, ratio, squares, seeds) = (new double[n], new double[n], new double[n], new double[n], 0);
        foreach (var pair in pairs)
        {
            if (pair.Dense.Length != n * classCount || pair.Pruned.Length != n * classCount)
                throw new ArgumentException($"Every run must have predicted all {n} examples.", nameof(pairs));
            seeds++;
            for (var i = 0; i < n; i++)
            {
                var (d, p, r) = Losses(
                    pair.Dense.AsSpan(i * classCount, classCount), pair.Pruned.AsSpan(i * classCount, classCount), gold,
                    i);
                dense[i] += d;
                pruned[i] += p;
                // Welford's squared deviations from a running mean. The mean itself comes from plain sums, in which
                // infinity stays infinity.
                var before = seeds > 1 ? ratio[i] / (seeds - 1) : 0;
                ratio[i] += r;
                squares[i] += (r - before) * (r - (ratio[i] / seeds));
            }
        }
        if (seeds == 0) throw new ArgumentException("Losses over seeds need at least one pair of runs.", nameof(pairs));
        return new SeedLosses(
            Array.ConvertAll([.. Enumerable.Range(0, n)], i => (pruned[i] - dense[i]) / seeds),
            Array.ConvertAll(ratio, sum => sum / seeds), Array.ConvertAll(squares, sum => Math.Sqrt(sum / seeds)),
            Array.ConvertAll(dense, sum => sum / seeds), Array.ConvertAll(pruned, sum => sum / seeds));
    }

    /// <summary>The losses of N examples, all 0 until <see cref="Set"/> replaces them.</summary>
    public static SeedLosses Zero(int examples) => new(
        new double[examples], new double[examples], new double[examples], new double[examples], new double[examples]);

    /// <summary>Replaces the losses of a block of examples, which begins at this position.</summary>
    public void Set(int start, SeedLosses block)
    {
        block.Difference.CopyTo(Difference, start);
        block.Ratio.CopyTo(Ratio, start);
        block.RatioSd.CopyTo(RatioSd, start);
        block.Dense.CopyTo(Dense, start);
        block.Pruned.CopyTo(Pruned, start);
    }

    private static (double Dense, double Pruned, double Ratio) Losses(
        ReadOnlySpan<float> dense, ReadOnlySpan<float> pruned, PackedLabels gold, int example)
    {
        if (gold.Task == LearningTask.SingleLabel)
        {
            var (ofDense, ofPruned) =
                (CrossEntropy(dense, gold.ClassAt(example)), CrossEntropy(pruned, gold.ClassAt(example)));
            return (ofDense, ofPruned, RatioOf(ofPruned, ofDense));
        }
        var (d, p, r) = (0.0, 0.0, 0.0);
        for (var c = 0; c < dense.Length; c++)
        {
            var (ofDense, ofPruned) =
                (BinaryLoss.Of(dense[c], gold.Has(example, c)), BinaryLoss.Of(pruned[c], gold.Has(example, c)));
            d += ofDense;
            p += ofPruned;
            r += RatioOf(ofPruned, ofDense);
        }
        return (d / dense.Length, p / dense.Length, r / dense.Length);
    }

    private static double RatioOf(double pruned, double dense) => dense > 0 ? pruned / dense : double.PositiveInfinity;

    /// <summary>-log softmax(logits)[gold], in nats.</summary>
    private static double CrossEntropy(ReadOnlySpan<float> logits, int gold)
    {
        var (best, others) = (0, 0.0);
        for (var c = 1; c < logits.Length; c++)
            if (logits[c] > logits[best]) best = c;
        for (var c = 0; c < logits.Length; c++)
            if (c != best) others += Math.Exp((double)logits[c] - logits[best]);
        // log(1 + x), whose digits would be lost for a small x; x is small if a model is certain.
        var log = others < 1e-6 ? others - (others * others / 2) : Math.Log(1 + others);
        return log + ((double)logits[best] - logits[gold]);
    }
}
