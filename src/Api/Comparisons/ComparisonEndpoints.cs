using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Tables;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

public static class ComparisonEndpoints
{
    public static void MapComparisons(this IEndpointRouteBuilder routes)
    {
        routes.MapTable("/sweeps/{id:guid}/comparisons", new ComparisonTable()).WithName("listComparisons")
            .WithTags("Comparisons");
        routes.MapTable("/sweeps/{id:guid}/models", new ModelPairTable()).WithName("listModelPairs")
            .WithTags("Comparisons");
        var comparisons = routes.MapGroup("/comparisons/{id:guid}");
        comparisons.MapGet("/", Get).WithName("getComparison").WithTags("Comparisons").ProducesProblem(404);
        comparisons.MapTable("/classes", new ClassTable()).WithName("listClasses").WithTags("Comparisons");
        comparisons.MapTable("/influence", new InfluenceTable()).WithName("listInfluence").WithTags("Comparisons");
        comparisons.MapTable("/pies", new PieTable()).WithName("listPies").WithTags("PIEs");
        comparisons.MapTable("/examples", new ComparisonExampleTable()).WithName("listComparisonExamples")
            .WithTags("PIEs");
    }

    /// <summary>Returns one comparison.</summary>
    /// <remarks>
    /// Counts and scores are null until the comparison is labelled; complete is true if every expected run has
    /// succeeded.
    /// </remarks>
    private static async Task<Results<Ok<ComparisonResponse>, ProblemHttpResult>> Get(
        Guid id, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation)
    {
        if (await db.Comparisons.AsNoTracking()
            .SingleOrDefaultAsync(comparison => comparison.Id == id, cancellation) is not { } comparison)
            return Problems.NotFound("comparison", id);
        var answer = ComparisonResponse.Of(comparison);
        return TypedResults.Ok(answer with
        {
            IsAtWork = !answer.Complete && await db.SweepProgress.AnyAsync(
                sweep => sweep.SweepId == comparison.SweepId && sweep.FinishedAt == null, cancellation),
        });
    }
}
