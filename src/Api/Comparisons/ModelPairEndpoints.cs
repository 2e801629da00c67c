using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Tables;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

public static class ModelPairEndpoints
{
    public static void MapModelPairs(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/sweeps/{id:guid}/models", List).WithName("listModelPairs").WithTags("Comparisons").ProducesProblem(400).ProducesProblem(404);

    /// <summary>The models of a sweep against each other: every two of them at the same method, sparsity, baseline and split.</summary>
    /// <remarks>
    /// What pruning costs each, beside its noise floor, and how far it costs them the same examples: overlap has the PIEs that both have, and
    /// what two sets of these sizes would share by chance. comparable is false where the one keeps over 5 % more weights than the other,
    /// whatever the target says. Null until both are labelled; a sweep of one model has no pairs.
    /// </remarks>
    private static async Task<Results<Ok<Page<ModelPairResponse>>, TableFile<ModelPairResponse>, ProblemHttpResult>> List(
        Guid id, TableRequest<ModelPairFilter> request, PieDbContext db, CancellationToken cancellation)
    {
        var datasetId = await db.Sweeps.Where(sweep => sweep.Id == id).Select(sweep => (Guid?)sweep.DatasetId).SingleOrDefaultAsync(cancellation);
        if (datasetId is null) return Problems.NotFound("sweep", id);

        var (filter, origin) = (request.Filter, new Origin(("sweep", id), ("dataset", datasetId.Value)));
        var pairs = from first in db.Comparisons
                    join second in db.Comparisons
                        on new { first.SweepId, first.Method, first.Sparsity, first.Baseline, first.Split }
                        equals new { second.SweepId, second.Method, second.Sparsity, second.Baseline, second.Split }
                    where first.SweepId == id && first.Ordinal < second.Ordinal
                        && (filter.Model == null || first.Model == filter.Model || second.Model == filter.Model)
                        && (filter.Method == null || first.Method == filter.Method)
                        && (filter.Sparsity == null || first.Sparsity == filter.Sparsity)
                    select new { First = first, Second = second };
        var after = filter.After<PairKey>();
        var rows = from pair in pairs
                   where after == null || pair.First.Ordinal > after.First || (pair.First.Ordinal == after.First && pair.Second.Ordinal > after.Second)
                   orderby pair.First.Ordinal, pair.Second.Ordinal
                   select new
                   {
                       pair.First,
                       pair.Second,
                       Shared = db.PieLabels.Count(one => one.ComparisonId == pair.First.Id && one.IsPie
                           && db.PieLabels.Any(other => other.ComparisonId == pair.Second.Id && other.Position == one.Position && other.IsPie)),
                   };
        if (request.IsForFile)
        {
            var all = rows.AsNoTracking().AsAsyncEnumerable().Select(row => ModelPairResponse.Of(ModelPair.Of(row.First, row.Second, row.Shared)));
            return request.File($"models-{id}", ComparisonTables.ModelPairs, all, origin);
        }

        var total = await pairs.CountAsync(cancellation);
        var page = await rows.Take(filter.PageSize + 1).AsNoTracking().ToListAsync(cancellation);
        return request.Page(filter.Cut(
            page, total, row => ModelPairResponse.Of(ModelPair.Of(row.First, row.Second, row.Shared)), row => new PairKey(row.First.Ordinal, row.Second.Ordinal)), origin);
    }

    private sealed record PairKey(int First, int Second);
}

public sealed record ModelPairFilter : TableQuery
{
    /// <summary>Only pairs with this model, by its name in the sweep.</summary>
    public string? Model { get; init; }
    public Method? Method { get; init; }

    /// <summary>The target, in percent.</summary>
    public decimal? Sparsity { get; init; }
}

/// <param name="First">The model that the request names first.</param>
/// <param name="SparsityDifference">Achieved sparsity of the second less that of the first, in percentage points.</param>
/// <param name="Comparable">Whether the share of the weights that the one keeps is at most 1.05 times that of the other.</param>
/// <param name="Overlap">Of the two sets of PIEs.</param>
public sealed record ModelPairResponse(
    Method Method, decimal Sparsity, Method Baseline, Split Split, int? Examples, ComparedModel First, ComparedModel Second,
    double? SparsityDifference, bool? Comparable, PieOverlap? Overlap)
{
    public static ModelPairResponse Of(ModelPair pair) => new(
        pair.First.Method, pair.First.Sparsity, pair.First.Baseline, pair.First.Split, pair.First.Summary?.Examples,
        ComparedModel.Of(ComparisonResponse.Of(pair.First)), ComparedModel.Of(ComparisonResponse.Of(pair.Second)),
        pair.SparsityDifference, pair.Comparable, pair.Overlap);
}

/// <summary>One of the two, as its comparison says.</summary>
public sealed record ComparedModel(
    Guid ComparisonId, string Model, Architecture Architecture, Spread? AchievedSparsity, ComparedSeeds Seeds, bool Complete,
    ComparedScores? Score, int? Pies, double? PieRate, NoiseFloor? NoiseFloor)
{
    public static ComparedModel Of(ComparisonResponse comparison) => new(
        comparison.Id, comparison.Model, comparison.Architecture, comparison.AchievedSparsity, comparison.Seeds, comparison.Complete,
        comparison.Score, comparison.Pies, comparison.PieRate, comparison.NoiseFloor);
}
