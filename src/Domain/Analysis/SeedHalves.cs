using PieService.Domain.Pies;
using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>
/// The results of one half of the seeds, compared with those of the other half (analysis 3 and 4): how often the
/// majorities of halves differ, how stable a set of PIEs is, and scores on PIEs that were not used to find them. A cell
/// is an example, or for multi-label data an example and a label.
/// </summary>
/// <param name="Seeds">h, the runs of each half.</param>
/// <param name="Splits">The number of splits.</param>
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
    /// <param name="pruned">Those of each pruned run; run r has the seed of dense run r if the splits are to be of
    /// seeds.</param>
    /// <param name="splits">The runs of each half of each split, for both cohorts; at least one split.</param>
    /// <exception cref="ArgumentException">There is no split, or a run did not predict every example.</exception>
    public static SeedHalves Of(
        PackedLabels gold, IReadOnlyList<PackedLabels> dense, IReadOnlyList<PackedLabels> pruned,
        IReadOnlyList<(int[] A, int[] B)> splits)
    {
        if (splits.Count == 0) throw new ArgumentException("There must be at least one split.", nameof(splits));
        var denseWrong = dense.Select(run => DifferingCells.Of(run, gold)).ToList();
        var prunedWrong = pruned.Select(run => DifferingCells.Of(run, gold)).ToList();
        var (modal, scores, sets) = (new ModalDisagreement.Sum(), new CrossFit(gold), new RecurringPies());
        foreach (var split in splits)
        {
            var (a, b) = (Half(split.A), Half(split.B));
            modal.Add(a, b);
            scores.Add(a, b);
            scores.Add(b, a);
            sets.Add(a.Pies.Examples(), b.Pies.Examples());
        }
        return new(
            splits[0].A.Length, splits.Count, modal.Mean(), scores.Pies, scores.OnPies, scores.OnPiesRuns,
            scores.OnRest, scores.OnOwnPies, sets.Recurrence, sets.Jaccard);

        Half Half(int[] members)
        {
            var (ofDense, ofPruned) =
                (Majority.Of([.. members.Select(r => dense[r])]), Majority.Of([.. members.Select(r => pruned[r])]));
            return new(
                ofDense, ofPruned, DifferingCells.Of(ofDense, ofPruned), DifferingCells.Of(ofDense, gold),
                DifferingCells.Of(ofPruned, gold), [.. members.Select(r => denseWrong[r])],
                [.. members.Select(r => prunedWrong[r])]);
        }
    }
}

/// <summary>The majorities of both cohorts over one half of the seeds, and the cells in which they are wrong.</summary>
internal sealed record Half(
    PackedLabels Dense, PackedLabels Pruned, DifferingCells Pies, DifferingCells DenseWrong, DifferingCells PrunedWrong,
    IReadOnlyList<DifferingCells> DenseRunsWrong, IReadOnlyList<DifferingCells> PrunedRunsWrong);
