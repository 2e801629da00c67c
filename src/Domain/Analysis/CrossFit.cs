namespace PieService.Domain.Analysis;

/// <summary>Shares of cells in which each cohort is right, in [0, 1]; null if there are no cells.</summary>
/// <param name="Dense">The share of the cells in which the dense cohort is right.</param>
/// <param name="Pruned">The share in which the pruned cohort is right.</param>
public sealed record CellScores(double? Dense, double? Pruned);

/// <summary>
/// Scores of one half of the seeds in the cells that the other half found: sums over blocks of examples,
/// splits and directions, with one division.
/// </summary>
/// <param name="splits">Each has two directions.</param>
internal sealed class CrossFit(int splits)
{
    private readonly Right own = new(), modes = new(), runs = new(), rest = new();

    public double Pies => modes.Cells / (2 * splits);

    public CellScores OnPies => modes.Scores;

    public CellScores OnPiesRuns => runs.Scores;

    public CellScores OnRest => rest.Scores;

    public CellScores OnOwnPies => own.Scores;

    /// <param name="cells">The number of cells of the block.</param>
    public void Add(Half finding, Half scoring, int cells)
    {
        var pies = finding.Pies.Count;
        own.Add(pies, finding.Pies.Common(finding.DenseWrong), finding.Pies.Common(finding.PrunedWrong));
        var (dense, pruned) = (finding.Pies.Common(scoring.DenseWrong), finding.Pies.Common(scoring.PrunedWrong));
        modes.Add(pies, dense, pruned);
        rest.Add(cells - pies, scoring.DenseWrong.Count - dense, scoring.PrunedWrong.Count - pruned);
        // Whole numbers, so that the sums do not depend on the blocks.
        runs.Add(
            (double)pies * scoring.DenseRunsWrong.Count, scoring.DenseRunsWrong.Sum(finding.Pies.Common),
            scoring.PrunedRunsWrong.Sum(finding.Pies.Common));
    }

    private sealed class Right
    {
        private double dense, pruned;

        public double Cells { get; private set; }

        public CellScores Scores =>
            Cells == 0 ? new(null, null) : new(1 - (dense / Cells), 1 - (pruned / Cells));

        public void Add(double cells, double denseWrong, double prunedWrong) =>
            (Cells, dense, pruned) = (Cells + cells, dense + denseWrong, pruned + prunedWrong);
    }
}
