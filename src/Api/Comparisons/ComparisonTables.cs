using PieService.Api.Tables;

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
        .Whole("ties_dense", row => row.Ties?.Dense)
        .Whole("ties_pruned", row => row.Ties?.Pruned)
        .Text("score_metric", row => row.Score?.Metric)
        .Real("score_dense_mean", row => row.Score?.Dense.Mean)
        .Real("score_dense_sd", row => row.Score?.Dense.Sd)
        .Real("score_pruned_mean", row => row.Score?.Pruned.Mean)
        .Real("score_pruned_sd", row => row.Score?.Pruned.Sd)
        .Real("scoreOnPies_dense", row => row.ScoreOnPies?.Dense)
        .Real("scoreOnPies_pruned", row => row.ScoreOnPies?.Pruned)
        .Time("labelledAt", row => row.LabelledAt);

    public static Columns<PieResponse> Pies(string[] labels) => new Columns<PieResponse>()
        .Id("exampleId", row => row.ExampleId)
        .Whole("position", row => row.Position)
        .Text("text", row => row.Text)
        .Text("secondText", row => row.SecondText)
        .Text("label", row => row.Labels.Single())
        .Text("dense_predicted", row => row.Dense.Predicted.Single())
        .ForEach(labels, (columns, label, _) => columns.Whole($"dense_votes_{label}", row => row.Dense.Votes[label]))
        .Text("pruned_predicted", row => row.Pruned.Predicted.Single())
        .ForEach(labels, (columns, label, _) => columns.Whole($"pruned_votes_{label}", row => row.Pruned.Votes[label]))
        .Real("margin", row => row.Margin)
        .Name("direction", row => row.Direction)
        .Flag("tied", row => row.Tied);
}
