namespace PieService.Domain.Analysis;

/// <summary>
/// The results of one half of the seeds, compared with those of the other half: how often the
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
    CellScores OnRest, CellScores OnOwnPies, double? Recurrence, double? Jaccard);
