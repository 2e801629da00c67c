using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>
/// The share of the examples on which two runs have different answers, for all pairs of runs of two cohorts.
/// Effects beyond the seeds follow from these numbers alone.
/// </summary>
/// <param name="Dense">R_D x R_D, symmetric, 0 on the diagonal.</param>
/// <param name="Pruned">R_P x R_P, likewise.</param>
/// <param name="Cross">R_D x R_P: rows are dense runs, columns are pruned runs.</param>
public sealed record SeedDistances(double[,] Dense, double[,] Pruned, double[,] Cross)
{
    /// <summary>Counts the differing examples of each pair of runs, a block of examples at a time.</summary>
    /// <param name="denseRuns">R_D, at least 1.</param>
    /// <param name="prunedRuns">R_P, at least 1.</param>
    public sealed class Tally(int denseRuns, int prunedRuns)
    {
        private readonly int[,] dense = new int[denseRuns, denseRuns], pruned = new int[prunedRuns, prunedRuns],
            cross = new int[denseRuns, prunedRuns];
        private int examples;

        /// <param name="ofDense">The predictions of the dense runs for the block, in seed order.</param>
        /// <param name="ofPruned">Those of the pruned runs.</param>
        /// <exception cref="ArgumentException">The runs did not predict the same examples.</exception>
        public void Add(IReadOnlyList<PackedLabels> ofDense, IReadOnlyList<PackedLabels> ofPruned)
        {
            examples += ofDense[0].Count;
            AddWithin(dense, ofDense);
            AddWithin(pruned, ofPruned);
            for (var r = 0; r < denseRuns; r++)
                for (var s = 0; s < prunedRuns; s++) cross[r, s] += ofDense[r].CountDiffering(ofPruned[s]);
        }

        /// <exception cref="InvalidOperationException">There were no examples.</exception>
        public SeedDistances Distances() => examples == 0
            ? throw new InvalidOperationException("A share needs at least one example.")
            : new(Shares(dense), Shares(pruned), Shares(cross));

        private static void AddWithin(int[,] counts, IReadOnlyList<PackedLabels> runs)
        {
            for (var r = 0; r < runs.Count; r++)
                for (var s = 0; s < r; s++) counts[s, r] = counts[r, s] += runs[r].CountDiffering(runs[s]);
        }

        private double[,] Shares(int[,] counts)
        {
            var shares = new double[counts.GetLength(0), counts.GetLength(1)];
            for (var r = 0; r < shares.GetLength(0); r++)
                for (var s = 0; s < shares.GetLength(1); s++) shares[r, s] = (double)counts[r, s] / examples;
            return shares;
        }
    }
}
