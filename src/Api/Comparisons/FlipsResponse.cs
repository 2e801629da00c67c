using PieService.Domain.Analysis;
using PieService.Domain.Pies;

namespace PieService.Api.Comparisons;

/// <summary>
/// How the answers of the pruned runs differ from those of the dense runs: numbers of examples, which are means over
/// the pairs of one seed, or if the cohorts are not paired, over all pairs of a dense and a pruned run. For multi-label
/// data, an answer is right if all labels are.
/// </summary>
/// <param name="RightToWrong">Examples that only the dense run answers right.</param>
/// <param name="WrongToRight">Examples that only the pruned run answers right.</param>
/// <param name="WrongToOtherWrong">Examples with two different wrong answers.</param>
/// <param name="BothRight">Examples that both answer right.</param>
/// <param name="SameWrong">Examples with the same wrong answer.</param>
/// <param name="Flips">(rightToWrong + wrongToRight) / examples, in [0, 1].</param>
/// <param name="Changes">(rightToWrong + wrongToRight + wrongToOtherWrong) / examples, in [0, 1].</param>
/// <param name="Direction">(wrongToRight - rightToWrong) / (rightToWrong + wrongToRight), in [-1, 1]: -1 if answers
/// only become wrong. Null without flips.</param>
/// <param name="NoiseFlips">The same as flips between two runs of the baseline, mean over their pairs: what seeds, or
/// repeated evaluations, change alone. Null for one run.</param>
/// <param name="AccuracyChange">For one model against one; null for more runs, whose scores have intervals over the
/// runs.</param>
/// <param name="Reason">Why wrongToOtherWrong, sameWrong and changes are null, and what to do about it; null if they
/// are known.</param>
public sealed record FlipsResponse(
    double RightToWrong, double WrongToRight, double? WrongToOtherWrong, double BothRight, double? SameWrong,
    double Flips, double? Changes, double? Direction, double? NoiseFlips, AccuracyChangeResponse? AccuracyChange,
    string? Reason)
{
    /// <param name="margin">The change of accuracy that is still equivalent.</param>
    public static FlipsResponse Of(AnalysisResult result, ComparedCohorts cohorts, double margin)
    {
        var flips = result.Flips;
        return new(
            flips.RightToWrong, flips.WrongToRight, flips.WrongToOtherWrong, flips.BothRight, flips.SameWrong,
            flips.Flips, flips.Changes, flips.Direction, result.NoiseFlips,
            cohorts.IsOneAgainstOne ? AccuracyChangeResponse.Of(flips, result.ClusterSe, margin) : null,
            flips.WrongToOtherWrong is not null ? null
                : "Whether two wrong answers are the same is not known, because a run has no texts of its answers: "
                    + "import files that have them.");
    }
}

/// <summary>
/// The change of accuracy from the dense to the pruned model, for other examples of this kind: it says nothing about
/// other models.
/// </summary>
/// <param name="Change">The accuracy of the pruned model less that of the dense one, in [-1, 1].</param>
/// <param name="Low">The lower end of the 95 % interval of Bonett and Price.</param>
/// <param name="High">The upper end.</param>
/// <param name="P">McNemar's exact test of no change.</param>
/// <param name="MidP">Its mid-p, which is smaller and does not keep its level in every case.</param>
/// <param name="PWorse">The one-sided p value: small if the pruned model is worse.</param>
/// <param name="Margin">The requested margin.</param>
/// <param name="Equivalent">Whether the 90 % interval of the change is within the margin on both sides: two one-sided
/// tests at 5 %.</param>
/// <param name="Detectable">The smallest change that so many flips show with a power of 80 %.</param>
/// <param name="ClusterSe">The standard error of the change if the examples of a cluster (the attribute cluster) are
/// not independent; null without clusters.</param>
public sealed record AccuracyChangeResponse(
    double Change, double Low, double High, double P, double MidP, double PWorse, double Margin, bool Equivalent,
    double Detectable, double? ClusterSe)
{
    public static AccuracyChangeResponse Of(AnswerFlips flips, double? clusterSe, double margin)
    {
        var change = AccuracyChange.Of(flips, margin);
        return new(
            change.Change, change.Low, change.High, change.P, change.MidP, change.PWorse, margin, change.IsEquivalent,
            change.Detectable, clusterSe);
    }
}
