using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>
/// The share of the examples on which two runs have different answers, for all pairs of runs of two cohorts
/// (analysis 3). Effects beyond the seeds follow from these numbers alone.
/// </summary>
/// <param name="Dense">R_D x R_D, symmetric, 0 on the diagonal.</param>
/// <param name="Pruned">R_P x R_P, likewise.</param>
/// <param name="Cross">R_D x R_P: rows are dense runs, columns are pruned runs.</param>
public sealed record SeedDistances(double[,] Dense, double[,] Pruned, double[,] Cross)
{
    /// <param name="dense">The predictions of the dense runs, in seed order; at least one.</param>
    /// <param name="pruned">Those of the pruned runs.</param>
    /// <exception cref="ArgumentException">The runs did not predict the same examples, or there are none.</exception>
    public static SeedDistances Of(IReadOnlyList<PackedLabels> dense, IReadOnlyList<PackedLabels> pruned)
    {
        var cross = new double[dense.Count, pruned.Count];
        for (var r = 0; r < dense.Count; r++)
            for (var s = 0; s < pruned.Count; s++) cross[r, s] = dense[r].ShareDiffering(pruned[s]);
        return new(Within(dense), Within(pruned), cross);
    }

    private static double[,] Within(IReadOnlyList<PackedLabels> runs)
    {
        var distances = new double[runs.Count, runs.Count];
        for (var r = 0; r < runs.Count; r++)
            for (var s = 0; s < r; s++) distances[r, s] = distances[s, r] = runs[r].ShareDiffering(runs[s]);
        return distances;
    }
}
