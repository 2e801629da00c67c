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
                           select new { example.DatasetId, dataset.Task, dataset.Labels }).SingleOrDefaultAsync(cancellation);
        if (about is null) return Problems.NotFound("example", id);
        if (filter.SweepId is { } sweepId && !await db.Sweeps.AnyAsync(sweep => sweep.Id == sweepId, cancellation))
            throw new InvalidRequestException([new("sweepId", "is not the id of a sweep")]);

        // The view reads this example's bytes alone, not all that a run has predicted.
        var answers = filter.SweepId is { } within
            ? from prediction in db.Predictions
              join link in db.SweepRuns on prediction.RunId equals link.RunId
              where prediction.ExampleId == id && link.SweepId == within
              select new Answer { Prediction = prediction, Model = link.Model }
            : from prediction in db.Predictions
              where prediction.ExampleId == id
              select new Answer { Prediction = prediction, Model = prediction.Model };
        var origin = filter.SweepId is { } sweep
            ? new Origin(("example", id), ("sweep", sweep), ("dataset", about.DatasetId))
            : new Origin(("example", id), ("dataset", about.DatasetId));
        if (request.IsForFile)
        {
            var all = answers.OrderBy(answer => answer.Prediction.RunId).AsAsyncEnumerable();
            return request.File($"predictions-{id}", RunTables.ExamplePredictions(about.Task, about.Labels), all.Select(answer => ExamplePredictionResponse.Of(answer.Prediction, answer.Model)), origin);
        }

        var total = await answers.CountAsync(cancellation);
        if (filter.After<RunKey>() is { } after) answers = answers.Where(answer => answer.Prediction.RunId > after.Id);
        var size = filter.SizeFor(about.Labels.Length);
        var rows = await answers.OrderBy(answer => answer.Prediction.RunId).Take(size + 1).ToListAsync(cancellation);
        return request.Page(filter.Cut(rows, Math.Min(size, rows.Count), total, answer => ExamplePredictionResponse.Of(answer.Prediction, answer.Model), answer => new RunKey(answer.Prediction.RunId)), origin);
    }

    /// <summary>With the name of the model in the sweep that was asked for.</summary>
    private sealed class Answer
    {
        public required ExamplePrediction Prediction { get; init; }
        public required string Model { get; init; }
    }

    private sealed record RunKey(Guid Id);
}

public sealed record ExamplePredictionFilter : TableQuery
{
    public Guid? SweepId { get; init; }
}

/// <param name="Model">Its name in the sweep that was asked for, else in the one that asked for the run first.</param>
/// <param name="Predicted">The predicted labels; one for single-label data.</param>
/// <param name="Correct">They are exactly the gold labels.</param>
/// <param name="Scores">Logits in label order.</param>
public sealed record ExamplePredictionResponse(
    Guid RunId, string Model, Architecture Architecture, Protocol Protocol, Method Method, PruningScope Scope, decimal Sparsity, double? AchievedSparsity, int Seed, IReadOnlyList<string> Predicted, bool Correct, IReadOnlyList<float> Scores)
{
    public static ExamplePredictionResponse Of(ExamplePrediction prediction, string model) => new(
        prediction.RunId, model, prediction.Architecture, prediction.Protocol, prediction.Method, prediction.Scope, prediction.Sparsity, prediction.AchievedSparsity, prediction.Seed,
        prediction.PredictedLabels, prediction.Correct, prediction.Scores);
}
