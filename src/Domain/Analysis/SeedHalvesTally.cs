using PieService.Domain.Pies;
using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>Computes <see cref="SeedHalves"/>, a block of examples at a time.</summary>
public sealed class SeedHalvesTally
{
    private readonly IReadOnlyList<(int[] A, int[] B)> denseSplits, prunedSplits;
    private readonly int size, splits;
    private readonly ModalDisagreement.Tally modal;
    private readonly CrossFit scores;
    private readonly RecurringPies sets;

    /// <param name="denseSplits">The dense runs of each half of each split; at least one split.</param>
    /// <param name="prunedSplits">Those of the pruned runs, in halves of the same size h. If run r of both cohorts has
    /// the same seed, these are the same splits, which are then of seeds. Else each cohort is split by itself, and the
    /// splits of the one that has fewer are repeated.</param>
    /// <exception cref="ArgumentException">There is no split, or the halves do not have one size.</exception>
    public SeedHalvesTally(
        IReadOnlyList<(int[] A, int[] B)> denseSplits, IReadOnlyList<(int[] A, int[] B)> prunedSplits)
    {
        if (denseSplits.Count == 0 || prunedSplits.Count == 0)
            throw new ArgumentException("Each cohort must have at least one split.", nameof(denseSplits));
        size = denseSplits[0].A.Length;
        if (denseSplits.Concat(prunedSplits).Any(split => split.A.Length != size || split.B.Length != size))
            throw new ArgumentException($"Every half must have {size} runs.", nameof(prunedSplits));
        (this.denseSplits, this.prunedSplits) = (denseSplits, prunedSplits);
        splits = Math.Max(denseSplits.Count, prunedSplits.Count);
        (modal, scores, sets) = (new(splits), new(splits), new(splits));
    }

    /// <param name="block">The gold labels of the block, and the predictions of each run for it.</param>
    /// <exception cref="ArgumentException">A run did not predict every example.</exception>
    public void Add(ComparedAnswers block)
    {
        var (gold, dense, pruned) = block;
        var (denseWrong, prunedWrong) = (Wrong(dense), Wrong(pruned));
        modal.AddExamples(gold.Count);
        for (var split = 0; split < splits; split++)
        {
            var (ofDense, ofPruned) =
                (denseSplits[split % denseSplits.Count], prunedSplits[split % prunedSplits.Count]);
            var (a, b) = (HalfOf(ofDense.A, ofPruned.A), HalfOf(ofDense.B, ofPruned.B));
            modal.Add(split, a, b);
            scores.Add(a, b, DifferingCells.All(gold));
            scores.Add(b, a, DifferingCells.All(gold));
            sets.Add(split, a.Pies.Examples(), b.Pies.Examples());
        }

        List<DifferingCells> Wrong(IReadOnlyList<PackedLabels> runs) =>
            [.. runs.Select(run => DifferingCells.Of(run, gold))];

        Half HalfOf(int[] ofDense, int[] ofPruned)
        {
            var (denseMajority, prunedMajority) =
                (Majority.Of([.. ofDense.Select(r => dense[r])]), Majority.Of([.. ofPruned.Select(r => pruned[r])]));
            return new(
                denseMajority, prunedMajority, DifferingCells.Of(denseMajority, prunedMajority),
                DifferingCells.Of(denseMajority, gold), DifferingCells.Of(prunedMajority, gold),
                [.. ofDense.Select(r => denseWrong[r])], [.. ofPruned.Select(r => prunedWrong[r])]);
        }
    }

    /// <summary>Of at least one example.</summary>
    public SeedHalves Halves() => new(
        size, splits, modal.Mean(), scores.Pies, scores.OnPies, scores.OnPiesRuns, scores.OnRest, scores.OnOwnPies,
        sets.Recurrence, sets.Jaccard);
}

/// <summary>The majorities of one half of the runs of each cohort, and the cells in which they are wrong.</summary>
internal sealed record Half(
    PackedLabels Dense, PackedLabels Pruned, DifferingCells Pies, DifferingCells DenseWrong, DifferingCells PrunedWrong,
    IReadOnlyList<DifferingCells> DenseRunsWrong, IReadOnlyList<DifferingCells> PrunedRunsWrong);
