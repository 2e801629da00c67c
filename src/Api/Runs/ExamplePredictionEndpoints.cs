using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Tables;
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
    private static async Task<Results<Ok<Page<ExamplePredictionResponse>>, TableFile<ExamplePredictionResponse>, ProblemHttpResult>> List(
        Guid id, TableRequest<ExamplePredictionFilter> request, PieDbContext db, CancellationToken cancellation)
    {
        var filter = request.Filter;
        var about = await (from example in db.Examples
                           join dataset in db.Datasets on example.DatasetId equals dataset.Id
                           where example.Id == id
                           select new { example.DatasetId, dataset.Labels }).SingleOrDefaultAsync(cancellation);
        if (about is null) return Problems.NotFound("example", id);
        if (filter.SweepId is { } sweepId && !await db.Sweeps.AnyAsync(sweep => sweep.Id == sweepId, cancellation))
            throw new InvalidRequestException([new("sweepId", "is not the id of a sweep")]);

        // The view reads this example's bytes alone, not all that a run has predicted.
        var answers = db.Predictions.Where(prediction => prediction.ExampleId == id
            && (filter.SweepId == null || db.SweepRuns.Any(link => link.RunId == prediction.RunId && link.SweepId == filter.SweepId)));
        var origin = filter.SweepId is { } sweep
            ? new Origin(("example", id), ("sweep", sweep), ("dataset", about.DatasetId))
            : new Origin(("example", id), ("dataset", about.DatasetId));
        if (request.IsForFile)
        {
            var all = answers.OrderBy(prediction => prediction.RunId).AsAsyncEnumerable();
            return request.File($"predictions-{id}", RunTables.ExamplePredictions(about.Labels), all.Select(ExamplePredictionResponse.Of), origin);
        }

        var total = await answers.CountAsync(cancellation);
        if (filter.After<RunKey>() is { } after) answers = answers.Where(prediction => prediction.RunId > after.Id);
        var size = filter.SizeFor(about.Labels.Length);
        var rows = await answers.OrderBy(prediction => prediction.RunId).Take(size + 1).ToListAsync(cancellation);
        return request.Page(filter.Cut(rows, Math.Min(size, rows.Count), total, ExamplePredictionResponse.Of, row => new RunKey(row.RunId)), origin);
    }

    private sealed record RunKey(Guid Id);
}

public sealed record ExamplePredictionFilter : TableQuery
{
    public Guid? SweepId { get; init; }
}

/// <param name="Predicted">The predicted labels; one for single-label data.</param>
/// <param name="Scores">Logits in label order.</param>
public sealed record ExamplePredictionResponse(
    Guid RunId, Architecture Architecture, Method Method, decimal Sparsity, int Seed, IReadOnlyList<string> Predicted, bool Correct, IReadOnlyList<float> Scores)
{
    public static ExamplePredictionResponse Of(ExamplePrediction prediction) => new(
        prediction.RunId, prediction.Architecture, prediction.Method, prediction.Sparsity, prediction.Seed,
        [prediction.Predicted], prediction.Correct, prediction.Scores);
}
