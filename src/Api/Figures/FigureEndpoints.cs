using System.Data;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Domain;
using PieService.Domain.Storage;

namespace PieService.Api.Figures;

public static class FigureEndpoints
{
    /// <summary>In the order in which a reader needs them.</summary>
    internal static readonly IReadOnlyList<SweepFigure> All =
    [
        new EffectivenessSource(), new PieRateSource(), new ClassesSource(), new OverlapSource(), new InfluenceSource(),
        new ReadabilitySource(), new MapSource(),
    ];

    public static void MapFigures(this IEndpointRouteBuilder routes)
    {
        var figures = routes.MapGroup("/sweeps/{id:guid}/figures").WithTags("Figures");
        figures.MapGet("/", List).WithName("listFigures").ProducesProblem(404);
        figures.MapGet("/{name}", Get).WithName("getFigure").ProducesProblem(404).ProducesProblem(409);
        figures.MapGet("/{name}.{format}", GetFile).WithName("getFigureFile").ProducesProblem(404)
            .ProducesProblem(409).WithMetadata(new FigureFileMetadata());
    }

    /// <summary>Lists the figures of a sweep, with the reason if one is not available.</summary>
    /// <remarks>A sweep has figures as soon as one of its comparisons is labelled.</remarks>
    private static async Task<Results<Ok<FigureListResponse>, ProblemHttpResult>> List(
        Guid id, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation)
    {
        if (await FigureScope.FindAsync(db, id, cancellation) is not { } scope) return Problems.NotFound("sweep", id);
        var notYet = scope.HasLabels ? null : await NotLabelledAsync(db, id, cancellation);
        return TypedResults.Ok(new FigureListResponse(
        [
            .. from figure in All
               let reason = notYet ?? figure.WhyNot(scope)
               select new FigureListItem(figure.Name, figure.Title, reason is null, reason, figure.Parameters),
        ]));
    }

    /// <summary>Returns the caption of a figure and the data that it shows.</summary>
    /// <remarks>
    /// A figure is about one model, one baseline and one split. Comparisons that are not labelled yet are missing in
    /// it; provisional states how many are complete.
    /// </remarks>
    private static async Task<Results<Ok<FigureResponse>, ProblemHttpResult>> Get(
        Guid id, string name, Query<FigureQuery> query, HttpRequest request, PieDbContext db,
        CancellationToken cancellation)
    {
        var (figure, problem) = await ReadAsync(id, name, query.Value, [], request, db, cancellation);
        return figure is null ? problem! : TypedResults.Ok(FigureResponse.Of(name, figure));
    }

    /// <summary>Returns a figure as an SVG, PNG or PDF file, or its data as CSV.</summary>
    /// <remarks>
    /// The format is the extension: svg, png, pdf or csv. The same data give the same bytes, and the ETag is a hash of
    /// them. Captions are in the metadata of each picture and in the response without the extension.
    /// </remarks>
    internal static async Task<Results<FigureFile, ProblemHttpResult>> GetFile(
        Guid id, string name, string format, Query<FigureQuery> query, HttpRequest request, PieDbContext db,
        CancellationToken cancellation)
    {
        if (!Wire.TryParse<FigureFormat>(format, out var known)) return FigureProblems.UnknownFormat(format);
        var (figure, problem) = await ReadAsync(
            id, name, query.Value, known.Parameters(), request, db, cancellation);
        return figure is null ? problem! : new FigureFile(name, figure, known, query.Value);
    }

    /// <param name="ofFormat">The parameters of the format of the response.</param>
    private static async Task<(Figure? Figure, ProblemHttpResult? Problem)> ReadAsync(
        Guid id, string name, FigureQuery query, IReadOnlyList<string> ofFormat, HttpRequest request, PieDbContext db,
        CancellationToken cancellation)
    {
        if (All.FirstOrDefault(figure => figure.Name == name) is not { } kind)
            return (null, FigureProblems.Missing(
                $"There is no figure with the name {name}. The figures are: "
                + $"{string.Join(", ", All.Select(figure => figure.Name))}."));
        FigureProblems.ThrowIfNotUsed(request, kind.Parameters, ofFormat);
        await using var snapshot = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        if (await FigureScope.FindAsync(db, id, cancellation) is not { } scope)
            return (null, Problems.NotFound("sweep", id));
        if (!scope.HasLabels) return (null, Problems.Conflict(await NotLabelledAsync(db, id, cancellation)));
        if (kind.WhyNot(scope) is { } reason) return (null, Problems.Conflict(reason));
        try
        {
            return (await kind.ReadAsync(db, scope, query, cancellation), null);
        }
        catch (FigureMissingException missing)
        {
            return (null, Problems.Conflict(missing.Message));
        }
    }

    private static async Task<string> NotLabelledAsync(PieDbContext db, Guid id, CancellationToken cancellation)
    {
        var sweep = await db.SweepProgress.SingleAsync(progress => progress.SweepId == id, cancellation);
        return "No comparison of the sweep is labelled yet. A comparison is labelled when "
            + $"{Labelling.FewestSeeds} seeds of both cohorts have succeeded; the sweep is "
            + $"{Wire.Name(sweep.State)}, with {sweep.RunsSucceeded} of {sweep.RunsTotal} runs succeeded.";
    }
}

/// <summary>Metadata of an operation that returns a figure in one of several formats.</summary>
public sealed record FigureFileMetadata;
