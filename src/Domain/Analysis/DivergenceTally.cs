using PieService.Domain.Pies;

namespace PieService.Domain.Analysis;

/// <summary>
/// Adds up the divergences of pairs of runs, a block of the scores of one pair at a time. It keeps three numbers for
/// each example. Single-label data. Not thread-safe.
/// </summary>
/// <param name="classCount">C.</param>
/// <param name="examples">N.</param>
public sealed class DivergenceTally(int classCount, int examples, ComparedCohorts cohorts)
{
    private readonly double[] kl = new double[examples], js = new double[examples], margins = new double[examples],
        logits = new double[classCount];
    private readonly ClippedProbabilities ofDense = new(classCount), ofPruned = new(classCount);
    private readonly int pairs = Math.Max(cohorts.Dense, cohorts.Pruned);

    /// <summary>
    /// The pairs of a dense and a pruned run whose divergences are averaged: for each run of the larger cohort one
    /// pair, with the run of its seed, or if the cohorts are not paired, with the runs of the other cohort in turn. All
    /// pairs would take a time that grows as R_D x R_P.
    /// </summary>
    public IEnumerable<(int Dense, int Pruned)> Pairs =>
        Enumerable.Range(0, pairs).Select(pair => (pair % cohorts.Dense, pair % cohorts.Pruned));

    /// <param name="start">The position of the first example of the block.</param>
    /// <param name="dense">The logits of the dense run of a pair for the block, row-major.</param>
    /// <param name="pruned">Those of the pruned run.</param>
    public void Add(int start, ReadOnlySpan<float> dense, ReadOnlySpan<float> pruned)
    {
        for (int at = 0, example = start; at < dense.Length; at += classCount, example++)
        {
            Read(dense.Slice(at, classCount), ofDense);
            Read(pruned.Slice(at, classCount), ofPruned);
            var divergence = Analysis.Divergence.Of(ofDense, ofPruned);
            kl[example] += divergence.KullbackLeibler / pairs;
            js[example] += divergence.JensenShannon / pairs;
            margins[example] += ofDense.Margin / pairs;
        }
    }

    /// <param name="changed">For each example the share of the pairs of runs whose answers differ, in [0, 1].</param>
    public ScoreDivergence Divergence(IReadOnlyList<double> changed) => new(
        DivergenceSpread.Of(kl), DivergenceSpread.Of(js), ChangesByMargin.Of(margins, [.. changed]));

    private void Read(ReadOnlySpan<float> row, ClippedProbabilities probabilities)
    {
        for (var c = 0; c < row.Length; c++) logits[c] = row[c];
        probabilities.Read(logits);
    }
}
