using System.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Domain;
using PieService.Domain.Storage;

namespace PieService.Api.Figures;

public static class ExampleFigureEndpoints
{
    private static readonly string[] Parameters = ["model", "methods", "baseline", "labels"];

    public static void MapExampleFigures(this IEndpointRouteBuilder routes)
    {
        var figures = routes.MapGroup("/sweeps/{id:guid}/examples/{exampleId:guid}/figures").WithTags("Figures");
        figures.MapGet("/trajectory", Get).WithName("getTrajectory").ProducesProblem(404).ProducesProblem(409);
        figures.MapGet("/trajectory.{format}", GetFile).WithName("getTrajectoryFile").ProducesProblem(404)
            .ProducesProblem(409).WithMetadata(new FigureFileMetadata());
    }

    /// <summary>Returns the caption and the data of the figure of the votes on one example.</summary>
    /// <remarks>
    /// The first row is the dense cohort, followed by the labelled comparisons of one model and one baseline on the
    /// split of the example. For multi-label data it shows one label, by default the one about which most cohorts
    /// differ; labels names another.
    /// </remarks>
    private static async Task<Results<Ok<FigureResponse>, ProblemHttpResult>> Get(
        Guid id, Guid exampleId, Query<FigureQuery> query, HttpRequest request, PieDbContext db,
        CancellationToken cancellation)
    {
        var (figure, problem) = await ReadAsync(id, exampleId, query.Value, [], request, db, cancellation);
        return figure is null ? problem! : TypedResults.Ok(FigureResponse.Of("trajectory", figure));
    }

    /// <summary>Returns the votes on one example, by method and sparsity, as an SVG, PNG, PDF or CSV file.</summary>
    /// <remarks>The format is the extension. The ETag is a hash of the bytes.</remarks>
    internal static async Task<Results<FigureFile, ProblemHttpResult>> GetFile(
        Guid id, Guid exampleId, string format, Query<FigureQuery> query, HttpRequest request, PieDbContext db,
        CancellationToken cancellation)
    {
        if (!Wire.TryParse<FigureFormat>(format, out var known)) return FigureProblems.UnknownFormat(format);
        var (figure, problem) = await ReadAsync(
            id, exampleId, query.Value, known.Parameters(), request, db, cancellation);
        return figure is null ? problem! : new FigureFile($"trajectory-{exampleId}", figure, known, query.Value);
    }

    private static async Task<(Figure? Figure, ProblemHttpResult? Problem)> ReadAsync(
        Guid id, Guid exampleId, FigureQuery query, IReadOnlyList<string> ofFormat, HttpRequest request,
        PieDbContext db, CancellationToken cancellation)
    {
        FigureProblems.ThrowIfNotUsed(request, Parameters, ofFormat);
        await using var snapshot = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        if (await FigureScope.FindAsync(db, id, cancellation) is not { } scope)
            return (null, Problems.NotFound("sweep", id));
        var (found, problem) = await scope.FindExampleAsync(db, exampleId, cancellation);
        if (found is null) return (null, problem);
        var split = found.Example.Split;
        if (!scope.IsComparedOn(split))
            return (null, Problems.Conflict($"The sweep does not compare cohorts on the split {Wire.Name(split)}."));
        if (found.Votes.Count == 0)
            return (null, Problems.Conflict(
                $"No comparison on the split {Wire.Name(split)} is labelled, so the example has no votes."));
        return new VotedLabels(scope, found).Figure(query) is { } figure ? (figure, null)
            : (null, Problems.Conflict("No comparison that the parameters select is labelled yet."));
    }
}
