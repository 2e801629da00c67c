using PieService.Domain.Pies;
using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>
/// The results of one half of the seeds, compared with those of the other half (analysis 3 and 4): how often the
/// majorities of halves differ, how stable a set of PIEs is, and scores on PIEs that were not used to find them. A cell
/// is an example, or for multi-label data an example and a label.
/// </summary>
/// <param name="Seeds">h, the runs of each half.</param>
/// <param name="Splits">The number of splits of the cohort that has more.</param>
/// <param name="Modal">How often the majorities of halves differ.</param>
/// <param name="Pies">Mean number of cells in which the majorities of one half of the seeds differ.</param>
/// <param name="OnPies">Scores of the majorities of the other half in these cells: cross-fitted.</param>
/// <param name="OnPiesRuns">Mean scores of the other half's runs in them.</param>
/// <param name="OnRest">Scores of the other half's majorities in the other cells.</param>
/// <param name="OnOwnPies">Scores of the majorities of the half that found the cells. With two labels they have the sum
/// 1 whatever the effect, since one cohort is right in each cell.</param>
/// <param name="Recurrence">PIEs that both halves find: 2 sum |E_A and E_B| / sum (|E_A| + |E_B|) of examples; null if
/// there are none.</param>
/// <param name="Jaccard">Mean Jaccard index of the PIEs of both halves, splits without PIEs left out; null if there are
/// no others.</param>
public sealed record SeedHalves(
    int Seeds, int Splits, ModalDisagreement Modal, double Pies, CellScores OnPies, CellScores OnPiesRuns,
    CellScores OnRest, CellScores OnOwnPies, double? Recurrence, double? Jaccard)
{
    /// <param name="gold">The gold labels of the N examples, at least one.</param>
    /// <param name="dense">The predictions of each dense run.</param>
    /// <param name="pruned">Those of each pruned run.</param>
    /// <param name="denseSplits">The dense runs of each half of each split; at least one split.</param>
    /// <param name="prunedSplits">Those of the pruned runs, in halves of the same size h. If run r of both cohorts has
    /// the same seed, these are the same splits, which are then of seeds. Else each cohort is split by itself, and the
    /// splits of the one that has fewer are repeated.</param>
    /// <exception cref="ArgumentException">There is no split, the halves do not have one size, or a run did not predict
    /// every example.</exception>
    public static SeedHalves Of(
        PackedLabels gold, IReadOnlyList<PackedLabels> dense, IReadOnlyList<PackedLabels> pruned,
        IReadOnlyList<(int[] A, int[] B)> denseSplits, IReadOnlyList<(int[] A, int[] B)> prunedSplits)
    {
        if (denseSplits.Count == 0 || prunedSplits.Count == 0)
            throw new ArgumentException("Each cohort must have at least one split.", nameof(denseSplits));
        var size = denseSplits[0].A.Length;
        if (denseSplits.Concat(prunedSplits).Any(split => split.A.Length != size || split.B.Length != size))
            throw new ArgumentException($"Every half must have {size} runs.", nameof(prunedSplits));
        var denseWrong = dense.Select(run => DifferingCells.Of(run, gold)).ToList();
        var prunedWrong = pruned.Select(run => DifferingCells.Of(run, gold)).ToList();
        var (modal, scores, sets) = (new ModalDisagreement.Sum(), new CrossFit(gold), new RecurringPies());
        var splits = Math.Max(denseSplits.Count, prunedSplits.Count);
        for (var split = 0; split < splits; split++)
        {
            var (ofDense, ofPruned) =
                (denseSplits[split % denseSplits.Count], prunedSplits[split % prunedSplits.Count]);
            var (a, b) = (Half(ofDense.A, ofPruned.A), Half(ofDense.B, ofPruned.B));
            modal.Add(a, b);
            scores.Add(a, b);
            scores.Add(b, a);
            sets.Add(a.Pies.Examples(), b.Pies.Examples());
        }
        return new(
            size, splits, modal.Mean(), scores.Pies, scores.OnPies, scores.OnPiesRuns,
            scores.OnRest, scores.OnOwnPies, sets.Recurrence, sets.Jaccard);

        Half Half(int[] ofDense, int[] ofPruned)
        {
            var (denseMajority, prunedMajority) =
                (Majority.Of([.. ofDense.Select(r => dense[r])]), Majority.Of([.. ofPruned.Select(r => pruned[r])]));
            return new(
                denseMajority, prunedMajority, DifferingCells.Of(denseMajority, prunedMajority),
                DifferingCells.Of(denseMajority, gold), DifferingCells.Of(prunedMajority, gold),
                [.. ofDense.Select(r => denseWrong[r])], [.. ofPruned.Select(r => prunedWrong[r])]);
        }
    }
}

/// <summary>The majorities of one half of the runs of each cohort, and the cells in which they are wrong.</summary>
internal sealed record Half(
    PackedLabels Dense, PackedLabels Pruned, DifferingCells Pies, DifferingCells DenseWrong, DifferingCells PrunedWrong,
    IReadOnlyList<DifferingCells> DenseRunsWrong, IReadOnlyList<DifferingCells> PrunedRunsWrong);
