using PieService.Domain.Analysis;

namespace PieService.Api.Comparisons;

/// <summary>
/// How far the probabilities of both cohorts are apart. The value of an example is the mean over the pairs of one seed,
/// or if the cohorts are not paired, over all pairs of a dense and a pruned run; of more than 1,024 pairs, over 1,024
/// of them (or one for each run of a larger cohort), in which the runs occur about equally often.
/// </summary>
/// <param name="Kl">Kullback and Leibler's divergence of the pruned from the dense run, in nats, over the
/// examples.</param>
/// <param name="Js">Jensen and Shannon's divergence, in nats, at most ln 2.</param>
/// <param name="MarginAuc">The probability that the margin (the highest less the second highest probability of the
/// dense runs) of a changed answer is below that of an unchanged one; 0.5 if they are not related. Null if all or no
/// answers changed.</param>
/// <param name="FlipsByMargin">The changed answers in each decile of the margin, smallest margins first.</param>
/// <param name="Reason">Why this is not known; null if it is.</param>
public sealed record DivergenceResponse(
    DivergenceSpread? Kl, DivergenceSpread? Js, double? MarginAuc, IReadOnlyList<MarginDecile> FlipsByMargin,
    string? Reason)
{
    public static DivergenceResponse Of(ScoreDivergence? divergence) => divergence is null
        ? new(null, null, null, [], "It is computed for single-label data, if all runs have scores.")
        : new(divergence.Kl, divergence.Js, divergence.Margin.Auc, divergence.Margin.Deciles, null);
}
