using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Tables;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

public static class ComparisonEndpoints
{
    public static void MapComparisons(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sweeps/{id:guid}/comparisons", List).WithName("listComparisons").WithTags("Comparisons").ProducesProblem(400).ProducesProblem(404);
        routes.MapGet("/comparisons/{id:guid}", Get).WithName("getComparison").WithTags("Comparisons").ProducesProblem(404);
    }

    /// <summary>The comparisons of a sweep: each pruned cohort against its dense cohort.</summary>
    /// <remarks>Labels are there as soon as all runs of both cohorts have ended; until then pies and scores are null.</remarks>
    private static async Task<Results<Ok<Page<ComparisonResponse>>, TableFile<ComparisonResponse>, ProblemHttpResult>> List(
        Guid id, TableRequest<ComparisonFilter> request, PieDbContext db, CancellationToken cancellation)
    {
        var datasetId = await db.Sweeps.Where(sweep => sweep.Id == id).Select(sweep => (Guid?)sweep.DatasetId).SingleOrDefaultAsync(cancellation);
        if (datasetId is null) return Problems.NotFound("sweep", id);

        var (filter, origin) = (request.Filter, new Origin(("sweep", id), ("dataset", datasetId.Value)));
        var comparisons = db.Comparisons.Where(comparison => comparison.SweepId == id
            && (filter.Model == null || comparison.Model == filter.Model)
            && (filter.Method == null || comparison.Method == filter.Method)
            && (filter.Sparsity == null || comparison.Sparsity == filter.Sparsity)
            && (filter.MinAchievedSparsity == null || comparison.AchievedSparsity >= filter.MinAchievedSparsity)
            && (filter.MaxAchievedSparsity == null || comparison.AchievedSparsity <= filter.MaxAchievedSparsity));
        if (request.IsForFile)
        {
            var all = Ordered(comparisons, filter.OrderBy).AsNoTracking().AsAsyncEnumerable();
            return request.File($"comparisons-{id}", ComparisonTables.Comparisons, all.Select(ComparisonResponse.Of), origin);
        }

        var total = await comparisons.CountAsync(cancellation);
        var rows = await Ordered(Rest(comparisons, filter), filter.OrderBy).Take(filter.PageSize + 1).AsNoTracking().ToListAsync(cancellation);
        return request.Page(filter.Cut(rows, total, ComparisonResponse.Of, row => new SparsityPlace(row.AchievedSparsity ?? SparsityPlace.Last, row.Ordinal)), origin);
    }

    private static IQueryable<Comparison> Rest(IQueryable<Comparison> comparisons, ComparisonFilter filter) =>
        filter.After<SparsityPlace>() is not { } after ? comparisons
        : filter.OrderBy == SparsityOrder.Request ? comparisons.Where(row => row.Ordinal > after.Ordinal)
        : comparisons.Where(row => (row.AchievedSparsity ?? SparsityPlace.Last) > after.AchievedSparsity
            || ((row.AchievedSparsity ?? SparsityPlace.Last) == after.AchievedSparsity && row.Ordinal > after.Ordinal));

    private static IOrderedQueryable<Comparison> Ordered(IQueryable<Comparison> comparisons, SparsityOrder order) =>
        order == SparsityOrder.Request
            ? comparisons.OrderBy(row => row.Ordinal)
            : comparisons.OrderBy(row => row.AchievedSparsity ?? SparsityPlace.Last).ThenBy(row => row.Ordinal);

    /// <summary>One comparison.</summary>
    /// <remarks>Counts and scores are null until it was labelled; complete says whether every expected run succeeded.</remarks>
    private static async Task<Results<Ok<ComparisonResponse>, ProblemHttpResult>> Get(
        Guid id, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation)
    {
        if (await db.Comparisons.AsNoTracking().SingleOrDefaultAsync(comparison => comparison.Id == id, cancellation) is not { } comparison)
            return Problems.NotFound("comparison", id);
        var answer = ComparisonResponse.Of(comparison);
        return TypedResults.Ok(answer with
        {
            IsAtWork = !answer.Complete && await db.SweepProgress.AnyAsync(sweep => sweep.SweepId == comparison.SweepId && sweep.FinishedAt == null, cancellation),
        });
    }
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
