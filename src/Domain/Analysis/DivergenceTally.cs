using PieService.Domain.Pies;

namespace PieService.Domain.Analysis;

/// <summary>
/// Adds up the divergences of pairs of runs, a block of examples at a time. It keeps three numbers for each example.
/// Single-label data. Not thread-safe.
/// </summary>
/// <param name="classCount">C.</param>
/// <param name="examples">N.</param>
public sealed class DivergenceTally(int classCount, int examples, ComparedCohorts cohorts)
{
    /// <summary>The most pairs of cohorts that are not paired: those of 32 and 32 runs.</summary>
    public const int MostPairs = 1024;

    /// <summary>
    /// The most logarithms that are computed for these pairs, one for each pair, example and label.
    /// </summary>
    public const long MostLogarithms = 1_000_000_000;

    private readonly double[] kl = new double[examples], js = new double[examples], margins = new double[examples],
        logits = new double[classCount];
    private readonly ClippedProbabilities[] dense = Probabilities(cohorts.Dense, classCount),
        pruned = Probabilities(cohorts.Pruned, classCount);

    /// <summary>
    /// The pairs of a dense and a pruned run whose divergences are averaged: the runs of one seed, or if the cohorts
    /// are not paired, all pairs. Of more than <see cref="MostPairs"/> pairs, or pairs with more than
    /// <see cref="MostLogarithms"/> logarithms, only so many count, but at least one for each run of the larger cohort,
    /// in which the runs occur about equally often: the time grows with the pairs, the examples and the labels.
    /// </summary>
    public IReadOnlyList<(int Dense, int Pruned)> Pairs { get; } = PairsOf(
        cohorts, Math.Min(MostPairs, MostLogarithms / Math.Max(1, (long)classCount * examples)));

    /// <param name="start">The position of the first example of the block.</param>
    /// <param name="ofDense">The logits of each dense run for the block, row-major.</param>
    /// <param name="ofPruned">Those of each pruned run.</param>
    public void Add(
        int start, IReadOnlyList<float[]> ofDense, IReadOnlyList<float[]> ofPruned, CancellationToken cancellation)
    {
        var count = ofDense[0].Length / classCount;
        for (var i = 0; i < count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            Read(ofDense, i, dense);
            Read(ofPruned, i, pruned);
            var (sumOfKl, sumOfJs, example) = (0.0, 0.0, start + i);
            foreach (var (r, s) in Pairs)
            {
                var divergence = Analysis.Divergence.Of(dense[r], pruned[s]);
                sumOfKl += divergence.KullbackLeibler;
                sumOfJs += divergence.JensenShannon;
            }
            kl[example] = sumOfKl / Pairs.Count;
            js[example] = sumOfJs / Pairs.Count;
            foreach (var run in dense) margins[example] += run.Margin / dense.Length;
        }
    }

    /// <param name="changed">For each example the share of the pairs of runs whose answers differ, in [0, 1].</param>
    public ScoreDivergence Divergence(IReadOnlyList<double> changed) => new(
        DivergenceSpread.Of(kl), DivergenceSpread.Of(js), ChangesByMargin.Of(margins, [.. changed]));

    /// <summary>
    /// All pairs along the diagonals: the pairs of each diagonal have every run of the larger cohort once.
    /// </summary>
    private static (int Dense, int Pruned)[] PairsOf(ComparedCohorts cohorts, long mostPairs)
    {
        if (cohorts.Paired) return [.. Enumerable.Range(0, cohorts.Dense).Select(seed => (seed, seed))];
        var larger = Math.Max(cohorts.Dense, cohorts.Pruned);
        var most = Math.Min((long)cohorts.Dense * cohorts.Pruned, Math.Max(mostPairs, larger));
        return [.. Enumerable.Range(0, (int)most).Select(pair =>
        {
            var (run, diagonal) = (pair % larger, pair / larger);
            return larger == cohorts.Dense
                ? (run, (run + diagonal) % cohorts.Pruned) : ((run + diagonal) % cohorts.Dense, run);
        })];
    }

    private static ClippedProbabilities[] Probabilities(int runs, int classCount) =>
        [.. Enumerable.Range(0, runs).Select(_ => new ClippedProbabilities(classCount))];

    private void Read(IReadOnlyList<float[]> runs, int example, ClippedProbabilities[] into)
    {
        for (var run = 0; run < into.Length; run++)
        {
            var row = runs[run].AsSpan(example * classCount, classCount);
            for (var c = 0; c < row.Length; c++) logits[c] = row[c];
            into[run].Read(logits);
        }
    }
}
