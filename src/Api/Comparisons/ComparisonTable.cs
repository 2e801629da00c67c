using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

/// <summary>The comparisons of a sweep: each pruned cohort against its dense cohort.</summary>
/// <remarks>Labels are there as soon as all runs of both cohorts have ended; until then pies and scores are null.</remarks>
public sealed class ComparisonTable() : Table<ComparisonFilter, SweepScope, ComparisonResponse>("sweep", "comparisons")
{
    private static readonly Order<Comparison> ByRequest = Order<Comparison>.By(row => row.Ordinal);

    private static readonly Order<Comparison> BySparsity =
        Order<Comparison>.By(row => row.AchievedSparsity ?? AchievedSparsity.Missing).ThenBy(row => row.Ordinal);

    private static readonly Columns<ComparisonResponse> Flat = new Columns<ComparisonResponse>()
        .Id("id", row => row.Id)
        .Id("sweepId", row => row.SweepId)
        .Text("model", row => row.Model)
        .Name("architecture", row => row.Architecture)
        .Name("method", row => row.Method)
        .Real("sparsity", row => (double)row.Sparsity)
        .Name("baseline", row => row.Baseline)
        .Spread("achievedSparsity", row => row.AchievedSparsity)
        .Whole("seeds_dense", row => row.Seeds.Dense)
        .Whole("seeds_pruned", row => row.Seeds.Pruned)
        .Whole("seeds_expected", row => row.Seeds.Expected)
        .Flag("complete", row => row.Complete)
        .Name("split", row => row.Split)
        .Whole("examples", row => row.Examples)
        .Whole("pies", row => row.Pies)
        .Real("pieRate", row => row.PieRate)
        .NoiseFloor("noiseFloor", row => row.NoiseFloor)
        .Spread("churn", row => row.Churn)
        .Whole("ties_dense", row => row.Ties?.Dense)
        .Whole("ties_pruned", row => row.Ties?.Pruned)
        .Text("score_metric", row => row.Score is { } score ? Wire.Name(score.Metric) : null)
        .Spread("score_dense", row => row.Score?.Dense)
        .Spread("score_pruned", row => row.Score?.Pruned)
        .Real("scoreOnPies_dense", row => row.ScoreOnPies?.Dense)
        .Real("scoreOnPies_pruned", row => row.ScoreOnPies?.Pruned)
        .List("influence_epochs", row => row.Influence?.Epochs)
        .Text("influence_reason", row => row.Influence?.Reason)
        .Time("labelledAt", row => row.LabelledAt);

    public override Task<SweepScope?> FindAsync(PieDbContext db, Guid id, ComparisonFilter filter, CancellationToken cancellation) =>
        SweepScope.FindAsync(db, id, cancellation);

    public override Rows<ComparisonResponse> Rows(PieDbContext db, SweepScope scope, ComparisonFilter filter) =>
        new QueryRows<Comparison, ComparisonResponse>(
            db.Comparisons.Where(comparison => comparison.SweepId == scope.SweepId
                && (filter.Model == null || comparison.Model == filter.Model)
                && (filter.Method == null || comparison.Method == filter.Method)
                && (filter.Sparsity == null || comparison.Sparsity == filter.Sparsity)
                && (filter.MinAchievedSparsity == null || comparison.AchievedSparsity >= filter.MinAchievedSparsity)
                && (filter.MaxAchievedSparsity == null || comparison.AchievedSparsity <= filter.MaxAchievedSparsity)),
            filter.OrderBy == SparsityOrder.Request ? ByRequest : BySparsity,
            ComparisonResponse.Of);

    public override Columns<ComparisonResponse> Columns(SweepScope scope) => Flat;

    public override Origin Origin(SweepScope scope) => scope.Origin;
}

public sealed record ComparisonFilter : TableQuery
{
    /// <summary>The model's name in the sweep.</summary>
    public string? Model { get; init; }
    public Method? Method { get; init; }

    /// <summary>The target, in percent.</summary>
    public decimal? Sparsity { get; init; }

    /// <summary>Only comparisons whose pruned runs reached at least so much on average, in percent.</summary>
    public double? MinAchievedSparsity { get; init; }

    /// <summary>Only comparisons whose pruned runs reached at most so much on average, in percent.</summary>
    public double? MaxAchievedSparsity { get; init; }

    /// <summary>request: as the sweep asked for them; achievedSparsity: the least pruned first, those without labels last.</summary>
    public SparsityOrder OrderBy { get; init; } = SparsityOrder.Request;
}

/// <param name="Complete">Every expected run succeeded; otherwise the labels stand on the seeds that both cohorts have.</param>
/// <param name="PieRate">PIEs / examples, in [0, 1].</param>
/// <param name="Ties">Examples on which a cohort's vote was a tie.</param>
/// <param name="NoiseFloor">The PIE rate that seeds alone would give; null until it is labelled.</param>
/// <param name="Churn">Share of the examples on which the dense and the pruned run of one seed disagree, over the seeds.</param>
/// <param name="Influence">By which epochs GET /comparisons/{id}/influence has bins; null until it is labelled.</param>
/// <param name="ScoreOnPies">Accuracy of each cohort's majority on the PIEs; of multi-label data the mean macro-F1 of its runs there.</param>
public sealed record ComparisonResponse(
    Guid Id, Guid SweepId, string Model, Architecture Architecture, Method Method, decimal Sparsity, Method Baseline,
    Spread? AchievedSparsity, ComparedSeeds Seeds, bool Complete, Split Split, int? Examples, int? Pies, double? PieRate,
    NoiseFloor? NoiseFloor, Spread? Churn, ComparedCounts? Ties, ComparedScores? Score, ComparedNumbers? ScoreOnPies, ComparedInfluence? Influence, DateTimeOffset? LabelledAt)
    : IPolled
{
    /// <summary>Its labels are provisional, and its sweep goes on. No part of the answer.</summary>
    internal bool IsAtWork { get; init; }

    bool IPolled.IsAtWork => IsAtWork;

    public static ComparisonResponse Of(Comparison comparison)
    {
        var summary = comparison.Summary;
        return new ComparisonResponse(
            comparison.Id, comparison.SweepId, comparison.Model, comparison.Architecture, comparison.Method, comparison.Sparsity, comparison.Baseline,
            summary?.AchievedSparsity,
            new ComparedSeeds(summary?.DenseSeeds ?? 0, summary?.PrunedSeeds ?? 0, comparison.ExpectedSeeds),
            summary?.Complete ?? false, comparison.Split, summary?.Examples, summary?.Pies,
            summary is { Examples: > 0 } ? (double)summary.Pies / summary.Examples : null,
            summary?.NoiseFloor, summary?.Churn,
            summary is null ? null : new ComparedCounts(summary.DenseTies, summary.PrunedTies),
            summary is null ? null : new ComparedScores(summary.Metric, summary.DenseScore, summary.PrunedScore),
            summary is null ? null : new ComparedNumbers(summary.DenseOnPies, summary.PrunedOnPies),
            summary is null ? null : new ComparedInfluence(summary.InfluenceEpochs, summary.NoInfluence),
            comparison.LabelledAt);
    }
}

public sealed record ComparedSeeds(int Dense, int Pruned, int Expected);

public sealed record ComparedCounts(int Dense, int Pruned);

public sealed record ComparedNumbers(double? Dense, double? Pruned);

/// <param name="Epochs">Observed epochs by whose EL2N the training examples were put into bins.</param>
/// <param name="Reason">Why there are no bins; null where there are.</param>
public sealed record ComparedInfluence(IReadOnlyList<int> Epochs, string? Reason);

public sealed record ComparedScores(ScoreMetric Metric, Spread Dense, Spread Pruned);
