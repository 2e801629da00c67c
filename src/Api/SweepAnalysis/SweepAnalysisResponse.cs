using PieService.Api.Comparisons;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;
using PieService.Domain.Statistics;

namespace PieService.Api.SweepAnalysis;

/// <param name="Cohort">The name of the cohort of imported predictions; null if this service trained the runs.</param>
/// <param name="Compression">The compression of that cohort in words.</param>
/// <param name="Bits">The bits of one of its weights.</param>
/// <param name="Seeds">The numbers of runs of both cohorts.</param>
/// <param name="Complete">Whether every expected run has succeeded; else the numbers are provisional.</param>
/// <param name="Examples">The number of examples of the split.</param>
/// <param name="Pies">The number of PIEs.</param>
/// <param name="PieRate">The number of PIEs divided by the number of examples, in [0, 1].</param>
/// <param name="SignificantPies">The number of PIEs with a q value of at most 0.05: of the paired test for an imported
/// cohort with pairing model, else of the unpaired test.</param>
/// <param name="NoiseFloor">The PIE rate that a change of seeds alone causes.</param>
/// <param name="Churn">The share of the examples on which the dense and the pruned run of one seed disagree.</param>
/// <param name="Excess">How much more the cohorts disagree than the runs within them, as a share of the examples: 0 on
/// average if pruning changes no example. With few seeds the ends of its interval may be beyond [-1, 1].</param>
/// <param name="OverDense">The same over the dense runs alone: positive also if the pruned runs are merely
/// noisier.</param>
/// <param name="HalvesJaccard">The mean Jaccard index of the PIEs that both halves of the seeds find.</param>
/// <param name="CrossFit">The scores of one half of the seeds on the PIEs that the other half found.</param>
/// <param name="Replication">The PIEs that are PIEs against the second dense cohort too.</param>
/// <param name="Flips">How the answers of the pruned runs differ from those of the dense runs. equivalent is for a
/// margin of 0.01.</param>
/// <param name="Kl">The mean divergence of Kullback and Leibler of the pruned from the dense runs, in nats; null
/// without scores, as the next two.</param>
/// <param name="Js">The mean divergence of Jensen and Shannon, in nats.</param>
/// <param name="MarginAuc">The probability that the margin of a changed answer is below that of an unchanged
/// one.</param>
/// <param name="Collapse">The runs that give the same answer to almost every text, or answer by chance.</param>
/// <param name="AnalysedAt">Null, as all numbers, until the comparison is labelled.</param>
/// <param name="AnalysisVersion">The version of the computations; a later version of the service may compute a number
/// in another way.</param>
public sealed record SweepAnalysisResponse(
    Guid ComparisonId, string Model, Architecture Architecture, Method Method, decimal Sparsity, Method Baseline,
    string? Cohort, string? Compression, double? Bits, Split Split, ComparedSeeds Seeds, bool Complete,
    Spread? AchievedSparsity, ScoreEstimates? Score, int? Examples,
    int? Pies, double? PieRate, int? SignificantPies, NoiseFloor? NoiseFloor, Spread? Churn, Estimate? Excess,
    Estimate? OverDense, double? HalvesJaccard, CrossFitResponse? CrossFit, ReplicationResponse? Replication,
    FlipsResponse? Flips, double? Kl, double? Js, double? MarginAuc, Collapse? Collapse,
    DateTimeOffset? AnalysedAt, int? AnalysisVersion) : IComparisonIdentity
{
    private const double Significant = 0.05;

    public static SweepAnalysisResponse Of(Comparison comparison, ComparisonAnalysis? analysis)
    {
        var (known, result) = (ComparisonResponse.Of(comparison), analysis?.Result);
        // An analysis is stored with the summary of the same labelling.
        var cohorts = comparison.Summary is { } summary && result is not null ? comparison.CohortsIn(summary) : null;
        return new(
            comparison.Id, comparison.Model, comparison.Architecture, comparison.Method, comparison.Sparsity,
            comparison.Baseline, comparison.Cohort, comparison.Compression, comparison.Bits, comparison.Split,
            known.Seeds, known.Complete, known.AchievedSparsity,
            ScoreEstimates.Of(comparison.Summary), known.Examples, known.Pies, known.PieRate,
            result?.Significance.At(Significant, Significance.DefaultTest(comparison.Pairing))?.Pies, known.NoiseFloor,
            known.Churn, result?.Effect.Excess, result?.Effect.OverDense, result?.Halves?.Jaccard,
            cohorts is null ? null : CrossFitResponse.Of(result!.Halves, cohorts),
            cohorts is null ? null : ReplicationResponse.Of(result!.Replication, cohorts),
            cohorts is null ? null : FlipsResponse.Of(result!, cohorts, AnalysisQuery.DefaultMargin),
            result?.Divergence?.Kl.Mean, result?.Divergence?.Js.Mean, result?.Divergence?.Margin.Auc, result?.Collapse,
            analysis?.AnalysedAt, analysis?.Version);
    }
}

/// <summary>The scores of both cohorts, with intervals.</summary>
/// <param name="Metric">The metric of the scores: accuracy for single-label data, macro-F1 for multi-label
/// data.</param>
/// <param name="Dense">The score of the dense cohort.</param>
/// <param name="Pruned">The score of the pruned cohort.</param>
public sealed record ScoreEstimates(ScoreMetric Metric, ScoreEstimate Dense, ScoreEstimate Pruned)
{
    public static ScoreEstimates? Of(ComparisonSummary? summary) => summary is null ? null : new(
        summary.Metric, ScoreEstimate.Of(summary.DenseScore, summary.DenseSeeds),
        ScoreEstimate.Of(summary.PrunedScore, summary.PrunedSeeds));
}

/// <param name="Mean">Over the runs of the cohort.</param>
/// <param name="Sd">The standard deviation over the runs; null for one run, like the interval.</param>
/// <param name="Low">The lower end of the 95 % interval of the mean, by Student's t over the runs.</param>
/// <param name="High">The upper end.</param>
public sealed record ScoreEstimate(double Mean, double? Sd, double? Low, double? High)
{
    public static ScoreEstimate Of(Spread spread, int runs)
    {
        var mean = Estimate.OfMean(spread, runs);
        return new(spread.Mean, spread.Sd, mean.Low, mean.High);
    }
}
