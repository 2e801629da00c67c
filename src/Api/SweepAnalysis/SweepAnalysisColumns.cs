using PieService.Api.Comparisons;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Analysis;
using PieService.Domain.Statistics;

namespace PieService.Api.SweepAnalysis;

/// <summary>The flat columns of <see cref="SweepAnalysisResponse"/>.</summary>
internal static class SweepAnalysisColumns
{
    public static Columns<SweepAnalysisResponse> All { get; } = new Columns<SweepAnalysisResponse>()
        .Identity("", row => row)
        .Whole("seeds_dense", row => row.Seeds.Dense)
        .Whole("seeds_pruned", row => row.Seeds.Pruned)
        .Whole("seeds_expected", row => row.Seeds.Expected)
        .Flag("complete", row => row.Complete)
        .Spread("achievedSparsity", row => row.AchievedSparsity)
        .Text("score_metric", row => row.Score is { } score ? Wire.Name(score.Metric) : null)
        .Score("score_dense", row => row.Score?.Dense)
        .Score("score_pruned", row => row.Score?.Pruned)
        .Whole("examples", row => row.Examples)
        .Whole("pies", row => row.Pies)
        .Real("pieRate", row => row.PieRate)
        .Whole("significantPies", row => row.SignificantPies)
        .NoiseFloor("noiseFloor", row => row.NoiseFloor)
        .Spread("churn", row => row.Churn)
        .Estimate("excess", row => row.Excess)
        .Estimate("overDense", row => row.OverDense)
        .Real("halvesJaccard", row => row.HalvesJaccard)
        .Real("crossFit_pies", row => row.CrossFit?.Pies)
        .Cells("crossFit_onPies", row => row.CrossFit?.OnPies)
        .Cells("crossFit_onPiesRuns", row => row.CrossFit?.OnPiesRuns)
        .Cells("crossFit_onRest", row => row.CrossFit?.OnRest)
        .Cells("crossFit_onOwnPies", row => row.CrossFit?.OnOwnPies)
        .Text("crossFit_reason", row => row.CrossFit?.Reason)
        .Whole("replication_seeds", row => row.Replication?.Seeds)
        .Whole("replication_pies", row => row.Replication?.Pies)
        .Whole("replication_replicated", row => row.Replication?.Replicated)
        .Real("replication_share", row => row.Replication?.Share)
        .Text("replication_reason", row => row.Replication?.Reason)
        .Flips("flips", row => row.Flips)
        .Real("kl", row => row.Kl)
        .Real("js", row => row.Js)
        .Real("marginAuc", row => row.MarginAuc)
        .Cohort("collapse_dense", row => row.Collapse?.Dense)
        .Cohort("collapse_pruned", row => row.Collapse?.Pruned)
        .Time("analysedAt", row => row.AnalysedAt)
        .Whole("analysisVersion", row => row.AnalysisVersion);

    private static Columns<SweepAnalysisResponse> Score(
        this Columns<SweepAnalysisResponse> columns, string name, Func<SweepAnalysisResponse, ScoreEstimate?> value) =>
        columns
            .Real($"{name}_mean", row => value(row)?.Mean)
            .Real($"{name}_sd", row => value(row)?.Sd)
            .Real($"{name}_low", row => value(row)?.Low)
            .Real($"{name}_high", row => value(row)?.High);

    private static Columns<SweepAnalysisResponse> Estimate(
        this Columns<SweepAnalysisResponse> columns, string name, Func<SweepAnalysisResponse, Estimate?> value) =>
        columns
            .Real($"{name}_value", row => value(row)?.Value)
            .Real($"{name}_se", row => value(row)?.Se)
            .Real($"{name}_low", row => value(row)?.Low)
            .Real($"{name}_high", row => value(row)?.High);

    private static Columns<SweepAnalysisResponse> Cells(
        this Columns<SweepAnalysisResponse> columns, string name, Func<SweepAnalysisResponse, CellScores?> value) =>
        columns
            .Real($"{name}_dense", row => value(row)?.Dense)
            .Real($"{name}_pruned", row => value(row)?.Pruned);

    private static Columns<SweepAnalysisResponse> Flips(
        this Columns<SweepAnalysisResponse> columns, string name, Func<SweepAnalysisResponse, FlipsResponse?> value) =>
        columns
            .Real($"{name}_rightToWrong", row => value(row)?.RightToWrong)
            .Real($"{name}_wrongToRight", row => value(row)?.WrongToRight)
            .Real($"{name}_wrongToOtherWrong", row => value(row)?.WrongToOtherWrong)
            .Real($"{name}_bothRight", row => value(row)?.BothRight)
            .Real($"{name}_sameWrong", row => value(row)?.SameWrong)
            .Real($"{name}_flips", row => value(row)?.Flips)
            .Real($"{name}_changes", row => value(row)?.Changes)
            .Real($"{name}_direction", row => value(row)?.Direction)
            .Real($"{name}_noiseFlips", row => value(row)?.NoiseFlips)
            .Change($"{name}_accuracyChange", row => value(row)?.AccuracyChange)
            .Text($"{name}_reason", row => value(row)?.Reason);

    private static Columns<SweepAnalysisResponse> Change(
        this Columns<SweepAnalysisResponse> columns, string name,
        Func<SweepAnalysisResponse, AccuracyChangeResponse?> value) =>
        columns
            .Real($"{name}_change", row => value(row)?.Change)
            .Real($"{name}_low", row => value(row)?.Low)
            .Real($"{name}_high", row => value(row)?.High)
            .Real($"{name}_p", row => value(row)?.P)
            .Real($"{name}_midP", row => value(row)?.MidP)
            .Real($"{name}_pWorse", row => value(row)?.PWorse)
            .Real($"{name}_margin", row => value(row)?.Margin)
            .Flag($"{name}_equivalent", row => value(row)?.Equivalent)
            .Real($"{name}_detectable", row => value(row)?.Detectable)
            .Real($"{name}_clusterSe", row => value(row)?.ClusterSe);

    private static Columns<SweepAnalysisResponse> Cohort(
        this Columns<SweepAnalysisResponse> columns, string name, Func<SweepAnalysisResponse, CohortCollapse?> value) =>
        columns
            .Whole($"{name}_runs", row => value(row)?.Runs)
            .Whole($"{name}_collapsed", row => value(row)?.Collapsed)
            .Text($"{name}_state", row => value(row)?.State is { } state ? Wire.Name(state) : null)
            .Flag($"{name}_bimodal", row => value(row)?.Bimodal)
            .Real($"{name}_groups_eta", row => value(row)?.Groups?.Eta)
            .Real($"{name}_groups_critical", row => value(row)?.Groups?.Critical)
            .Real($"{name}_groups_low", row => value(row)?.Groups?.Low)
            .Real($"{name}_groups_high", row => value(row)?.Groups?.High)
            .Whole($"{name}_groups_runsLow", row => value(row)?.Groups?.RunsLow);
}
