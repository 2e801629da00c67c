using System.Net.Mime;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Storage;

namespace PieService.Api.Runs;

public static class RunEndpoints
{
    public static void MapRuns(this IEndpointRouteBuilder routes)
    {
        routes.MapTable("/sweeps/{id:guid}/runs", new RunTable()).WithName("listRuns").WithTags("Runs");
        routes.MapTable("/sweeps/{id:guid}/predictions", new SweepPredictionTable()).WithName("listSweepPredictions")
            .WithTags("Runs");
        routes.MapTable("/examples/{id:guid}/predictions", new ExamplePredictionTable())
            .WithName("listExamplePredictions").WithTags("Examples");
        var runs = routes.MapGroup("/runs/{id:guid}").WithTags("Runs");
        runs.MapGet("/", Get).WithName("getRun").ProducesProblem(404);
        runs.MapTable("/metrics", new MetricTable()).WithName("listRunMetrics");
        runs.MapTable("/predictions", new PredictionTable()).WithName("listRunPredictions");
        runs.MapGet("/model", ModelEndpoint.Get).WithName("getRunModel")
            .WithMetadata(new OutsideRequestLimit(), new SendsFile(MediaTypeNames.Application.Octet))
            .ProducesProblem(404).ProducesProblem(409);
    }

    /// <summary>Returns one run: its recipe, its progress and its results.</summary>
    /// <remarks>
    /// A run may belong to several sweeps of its dataset. predictionHash is the same for the same recipe, seed and kind
    /// of machine.
    /// </remarks>
    internal static async Task<Results<Ok<RunResponse>, ProblemHttpResult>> Get(
        Guid id, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation)
    {
        if (await db.Runs.AsNoTracking().SingleOrDefaultAsync(run => run.Id == id, cancellation) is not { } run)
            return Problems.NotFound("run", id);
        var links = await db.SweepRuns.Where(link => link.RunId == id).OrderBy(link => link.SweepId)
            .ToListAsync(cancellation);
        var model = (links.Find(link => link.SweepId == run.SweepId) ?? links.FirstOrDefault())?.Model
            ?? Wire.Name(run.Architecture);
        var trainLoss = await db.RunMetrics.Where(
            metric => metric.RunId == id && metric.Split == Split.Train && metric.Epoch == run.EpochsTotal - 1)
            .Select(metric => (double?)metric.Loss).SingleOrDefaultAsync(cancellation);
        return TypedResults.Ok(RunResponse.Of(run, model, links.Select(link => link.SweepId), trainLoss));
    }
}
