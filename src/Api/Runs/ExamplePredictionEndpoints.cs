using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Domain.Predictions;
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
        var about = await (from example in db.Examples
                           join dataset in db.Datasets on example.DatasetId equals dataset.Id
                           where example.Id == id
                           select new { example.DatasetId, example.Split, example.Position, Gold = example.Labels[0], dataset.Labels })
            .SingleOrDefaultAsync(cancellation);
        if (about is null) return Problems.NotFound("example", id);
        if (filter.SweepId is { } sweepId && !await db.Sweeps.AnyAsync(sweep => sweep.Id == sweepId, cancellation))
            throw new InvalidRequestException([new("sweepId", "is not the id of a sweep")]);

        var answers = from run in db.Runs
                      join packed in db.RunPredictions on run.Id equals packed.RunId
                      where run.DatasetId == about.DatasetId && packed.Split == about.Split
                          && (filter.SweepId == null || db.SweepRuns.Any(link => link.RunId == run.Id && link.SweepId == filter.SweepId))
                      select new { Run = run, Packed = packed };
        var total = await answers.CountAsync(cancellation);
        if (filter.After<RunKey>() is { } after) answers = answers.Where(row => row.Run.Id > after.Id);
        var rows = await answers.OrderBy(row => row.Run.Id).Take(filter.PageSize + 1)
            .Select(row => new { row.Run.Id, row.Run.Architecture, row.Run.Method, row.Run.Sparsity, row.Run.Seed, row.Packed })
            .AsNoTracking().ToListAsync(cancellation);
        return TypedResults.Ok(filter.Cut(
            rows, total,
            row =>
            {
                var predicted = PackedPredictions.ClassAt(row.Packed.Classes, about.Position);
                return new ExamplePredictionResponse(
                    row.Id, row.Architecture, row.Method, row.Sparsity, row.Seed, [about.Labels[predicted]], predicted == about.Gold,
                    PackedPredictions.ScoresAt(row.Packed.Scores, about.Position, row.Packed.ClassCount));
            },
            row => new RunKey(row.Id)));
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
