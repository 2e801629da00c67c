using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Domain.Recipes;
using PieService.Domain.Storage;

namespace PieService.Api.Runs;

public static class ExamplePredictionEndpoints
{
    public static void MapExamplePredictions(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/examples/{id:guid}/predictions", List)
            .WithName("listExamplePredictions").WithTags("Examples").ProducesProblem(400).ProducesProblem(404);

    /// <summary>Every run's answer for one example.</summary>
    /// <remarks>All finished runs of its dataset that predicted its split; with sweepId, those of one sweep.</remarks>
    private static async Task<Results<Ok<Page<ExamplePredictionResponse>>, ProblemHttpResult>> List(
        Guid id, Query<ExamplePredictionFilter> query, PieDbContext db, CancellationToken cancellation)
    {
        var filter = query.Value;
        if (!await db.Examples.AnyAsync(example => example.Id == id, cancellation)) return Problems.NotFound("example", id);
        if (filter.SweepId is { } sweepId && !await db.Sweeps.AnyAsync(sweep => sweep.Id == sweepId, cancellation))
            throw new InvalidRequestException([new("sweepId", "is not the id of a sweep")]);

        // The view reads this example's bytes alone, not all that a run has predicted.
        var answers = db.Predictions.Where(prediction => prediction.ExampleId == id
            && (filter.SweepId == null || db.SweepRuns.Any(link => link.RunId == prediction.RunId && link.SweepId == filter.SweepId)));
        var total = await answers.CountAsync(cancellation);
        if (filter.After<RunKey>() is { } after) answers = answers.Where(prediction => prediction.RunId > after.Id);
        var rows = await answers.OrderBy(prediction => prediction.RunId).Take(filter.PageSize + 1).ToListAsync(cancellation);
        return TypedResults.Ok(filter.Cut(
            rows, total,
            row => new ExamplePredictionResponse(
                row.RunId, row.Architecture, row.Method, row.Sparsity, row.Seed, [row.Predicted], row.Correct, row.Scores),
            row => new RunKey(row.RunId)));
    }

    private sealed record RunKey(Guid Id);
}

public sealed record ExamplePredictionFilter : PageQuery
{
    public Guid? SweepId { get; init; }
}

/// <param name="Predicted">The predicted labels; one for single-label data.</param>
/// <param name="Scores">Logits in label order.</param>
public sealed record ExamplePredictionResponse(
    Guid RunId, Architecture Architecture, Method Method, decimal Sparsity, int Seed, IReadOnlyList<string> Predicted, bool Correct, IReadOnlyList<float> Scores);
