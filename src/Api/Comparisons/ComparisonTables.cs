using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;

namespace PieService.Api.Comparisons;

public static class ComparisonTables
{
    public static Columns<ComparisonResponse> Comparisons { get; } = new Columns<ComparisonResponse>()
        .Id("id", row => row.Id)
        .Id("sweepId", row => row.SweepId)
        .Text("model", row => row.Model)
        .Name("architecture", row => row.Architecture)
        .Name("method", row => row.Method)
        .Real("sparsity", row => (double)row.Sparsity)
        .Name("baseline", row => row.Baseline)
        .Real("achievedSparsity_mean", row => row.AchievedSparsity?.Mean)
        .Real("achievedSparsity_sd", row => row.AchievedSparsity?.Sd)
        .Whole("seeds_dense", row => row.Seeds.Dense)
        .Whole("seeds_pruned", row => row.Seeds.Pruned)
        .Whole("seeds_expected", row => row.Seeds.Expected)
        .Flag("complete", row => row.Complete)
        .Name("split", row => row.Split)
        .Whole("examples", row => row.Examples)
        .Whole("pies", row => row.Pies)
        .Real("pieRate", row => row.PieRate)
        .Text("noiseFloor_kind", row => row.NoiseFloor?.Kind is { } kind ? Wire.Name(kind) : null)
        .Whole("noiseFloor_seeds", row => row.NoiseFloor?.Seeds)
        .Whole("noiseFloor_splits", row => row.NoiseFloor?.Splits)
        .Real("noiseFloor_mean", row => row.NoiseFloor?.Mean)
        .Real("noiseFloor_sd", row => row.NoiseFloor?.Sd)
        .Real("noiseFloor_p05", row => row.NoiseFloor?.P05)
        .Real("noiseFloor_p50", row => row.NoiseFloor?.P50)
        .Real("noiseFloor_p95", row => row.NoiseFloor?.P95)
        .Text("noiseFloor_reason", row => row.NoiseFloor?.Reason)
        .Real("churn_mean", row => row.Churn?.Mean)
        .Real("churn_sd", row => row.Churn?.Sd)
        .Whole("ties_dense", row => row.Ties?.Dense)
        .Whole("ties_pruned", row => row.Ties?.Pruned)
        .Text("score_metric", row => row.Score is { } score ? Wire.Name(score.Metric) : null)
        .Real("score_dense_mean", row => row.Score?.Dense.Mean)
        .Real("score_dense_sd", row => row.Score?.Dense.Sd)
        .Real("score_pruned_mean", row => row.Score?.Pruned.Mean)
        .Real("score_pruned_sd", row => row.Score?.Pruned.Sd)
        .Real("scoreOnPies_dense", row => row.ScoreOnPies?.Dense)
        .Real("scoreOnPies_pruned", row => row.ScoreOnPies?.Pruned)
        .List("influence_epochs", row => row.Influence?.Epochs)
        .Text("influence_reason", row => row.Influence?.Reason)
        .Time("labelledAt", row => row.LabelledAt);

    public static Columns<ModelPairResponse> ModelPairs { get; } = Side(Side(new Columns<ModelPairResponse>()
        .Name("method", row => row.Method)
        .Real("sparsity", row => (double)row.Sparsity)
        .Name("baseline", row => row.Baseline)
        .Name("split", row => row.Split)
        .Whole("examples", row => row.Examples), "first", row => row.First), "second", row => row.Second)
        .Real("sparsityDifference", row => row.SparsityDifference)
        .Flag("comparable", row => row.Comparable)
        .Whole("overlap_shared", row => row.Overlap?.Shared)
        .Whole("overlap_union", row => row.Overlap?.Union)
        .Real("overlap_jaccard", row => row.Overlap?.Jaccard)
        .Real("overlap_expectedShared", row => row.Overlap?.ExpectedShared)
        .Real("overlap_expectedJaccard", row => row.Overlap?.ExpectedJaccard)
        .Real("overlap_ratio", row => row.Overlap?.Ratio);

    public static Columns<InfluenceBinResponse> Influence { get; } = new Columns<InfluenceBinResponse>()
        .Whole("epoch", row => row.Epoch)
        .Whole("bin", row => row.Bin)
        .Whole("examples", row => row.Examples)
        .Real("el2n_mean", row => row.El2n.Mean)
        .Real("el2n_min", row => row.El2n.Min)
        .Real("el2n_max", row => row.El2n.Max)
        .Whole("pies", row => row.Pies)
        .Real("pieShare", row => row.PieShare)
        .Real("lossDifference_mean", row => row.LossDifference.Mean)
        .Real("lossDifference_error", row => row.LossDifference.Error)
        .Real("lossRatio_mean", row => row.LossRatio.Mean)
        .Real("lossRatio_error", row => row.LossRatio.Error)
        .Real("lossRatio_ofMeans", row => row.LossRatio.OfMeans)
        .Real("lossRatio_median", row => row.LossRatio.Median);

    public static Columns<ClassResponse> Classes { get; } = Cohort(Cohort(new Columns<ClassResponse>()
        .Text("label", row => row.Label)
        .Whole("examples", row => row.Examples)
        .Real("share", row => row.Share)
        .Whole("pies", row => row.Pies)
        .Real("pieShare", row => row.PieShare)
        .Real("pieRate", row => row.PieRate)
        .Whole("differing", row => row.Differing), "dense", row => row.Dense), "pruned", row => row.Pruned)
        .Real("labelShare", row => row.LabelShare)
        .Real("pieLabelShare", row => row.PieLabelShare)
        .Real("differingShare", row => row.DifferingShare);

    private static Columns<ClassResponse> Cohort(Columns<ClassResponse> columns, string name, Func<ClassResponse, CohortClassScore> cohort) => columns
        .Real($"{name}_accuracy", row => cohort(row).Accuracy)
        .Real($"{name}_precision_mean", row => cohort(row).Precision.Mean)
        .Real($"{name}_precision_sd", row => cohort(row).Precision.Sd)
        .Real($"{name}_recall_mean", row => cohort(row).Recall.Mean)
        .Real($"{name}_recall_sd", row => cohort(row).Recall.Sd)
        .Real($"{name}_f1_mean", row => cohort(row).F1.Mean)
        .Real($"{name}_f1_sd", row => cohort(row).F1.Sd);

    public static Columns<PieResponse> Pies(LearningTask task, string[] labels) => Voted<PieResponse>(task, labels);

    public static Columns<ComparisonExampleResponse> Examples(LearningTask task, string[] labels) =>
        Voted<ComparisonExampleResponse>(task, labels).Flag("isPie", row => row.IsPie);

    private static Columns<T> Voted<T>(LearningTask task, string[] labels) where T : IVotedExample => new Columns<T>()
        .Id("exampleId", row => row.ExampleId)
        .Whole("position", row => row.Position)
        .Text("text", row => row.Text)
        .Text("secondText", row => row.SecondText)
        .Gold(task, row => row.Labels)
        .Labels("dense_predicted", task, row => row.Dense.Predicted)
        .ForEach(labels, (columns, label, _) => columns.Whole($"dense_votes_{label}", row => row.Dense.Votes[label]))
        .Labels("pruned_predicted", task, row => row.Pruned.Predicted)
        .ForEach(labels, (columns, label, _) => columns.Whole($"pruned_votes_{label}", row => row.Pruned.Votes[label]))
        .Real("margin", row => row.Margin)
        .Text("direction", row => row.Direction is { } direction ? Wire.Name(direction) : null)
        .Flag("tied", row => row.Tied)
        .Text("classes", row => row.Classes is null ? null : Json.Write(row.Classes))
        .Real("el2n", row => row.El2n)
        .Whole("influenceBin", row => row.InfluenceBin);

    private static Columns<ModelPairResponse> Side(Columns<ModelPairResponse> columns, string side, Func<ModelPairResponse, ComparedModel> model) => columns
        .Id($"{side}_comparisonId", row => model(row).ComparisonId)
        .Text($"{side}_model", row => model(row).Model)
        .Name($"{side}_architecture", row => model(row).Architecture)
        .Real($"{side}_achievedSparsity_mean", row => model(row).AchievedSparsity?.Mean)
        .Real($"{side}_achievedSparsity_sd", row => model(row).AchievedSparsity?.Sd)
        .Whole($"{side}_seeds_dense", row => model(row).Seeds.Dense)
        .Whole($"{side}_seeds_pruned", row => model(row).Seeds.Pruned)
        .Whole($"{side}_seeds_expected", row => model(row).Seeds.Expected)
        .Flag($"{side}_complete", row => model(row).Complete)
        .Text($"{side}_score_metric", row => model(row).Score is { } score ? Wire.Name(score.Metric) : null)
        .Real($"{side}_score_dense_mean", row => model(row).Score?.Dense.Mean)
        .Real($"{side}_score_dense_sd", row => model(row).Score?.Dense.Sd)
        .Real($"{side}_score_pruned_mean", row => model(row).Score?.Pruned.Mean)
        .Real($"{side}_score_pruned_sd", row => model(row).Score?.Pruned.Sd)
        .Whole($"{side}_pies", row => model(row).Pies)
        .Real($"{side}_pieRate", row => model(row).PieRate)
        .Text($"{side}_noiseFloor_kind", row => model(row).NoiseFloor?.Kind is { } kind ? Wire.Name(kind) : null)
        .Whole($"{side}_noiseFloor_seeds", row => model(row).NoiseFloor?.Seeds)
        .Whole($"{side}_noiseFloor_splits", row => model(row).NoiseFloor?.Splits)
        .Real($"{side}_noiseFloor_mean", row => model(row).NoiseFloor?.Mean)
        .Real($"{side}_noiseFloor_sd", row => model(row).NoiseFloor?.Sd)
        .Real($"{side}_noiseFloor_p05", row => model(row).NoiseFloor?.P05)
        .Real($"{side}_noiseFloor_p50", row => model(row).NoiseFloor?.P50)
        .Real($"{side}_noiseFloor_p95", row => model(row).NoiseFloor?.P95)
        .Text($"{side}_noiseFloor_reason", row => model(row).NoiseFloor?.Reason);
}
