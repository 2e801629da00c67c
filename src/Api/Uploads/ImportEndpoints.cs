using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Storage;

namespace PieService.Api.Uploads;

public static class ImportEndpoints
{
    private static readonly Order<Import> NewestFirst = Order<Import>.ByDescending(import => import.Id);

    public static void AddImports(this IServiceCollection services)
    {
        services.AddSingleton(provider => ReadLimits.From(name => provider.GetRequiredService<IConfiguration>()[name]));
        services.AddSingleton(provider => UploadSettings.From(
            provider.GetRequiredService<PieFolders>(), name => provider.GetRequiredService<IConfiguration>()[name]));
        services.AddSingleton<UploadPlaces>();
        services.AddSingleton<ImportRows>();
        services.AddSingleton<ImportQueue>();
        services.AddHostedService(provider => provider.GetRequiredService<ImportQueue>());
    }

    public static void MapImports(this IEndpointRouteBuilder routes)
    {
        var imports = routes.MapGroup("/imports").WithTags("Imports");
        imports.MapGet("/", List).WithName("listImports").ProducesProblem(400);
        imports.MapGet("/{id:guid}", Get).WithName("getImport").ProducesProblem(400).ProducesProblem(404);
        imports.MapPost("/{id:guid}/cancel", Cancel).WithName("cancelImport")
            .WithMetadata(new OutsideRequestLimit()).ProducesProblem(400).ProducesProblem(404);
    }

    /// <summary>
    /// Lists the imports of predictions, and those of datasets and bundles with respond-async, the newest first.
    /// </summary>
    /// <remarks>An import is deleted 30 days after its end; its dataset and its sweep are kept.</remarks>
    private static async Task<Ok<Page<ImportResponse>>> List(
        Query<ImportFilter> query, PieDbContext db, CancellationToken cancellation)
    {
        var filter = query.Value;
        var imports = db.Imports.Where(import => filter.State == null || import.State == filter.State);
        return TypedResults.Ok(
            await new QueryRows<Import, ImportResponse>(imports, NewestFirst, ImportResponse.Of)
                .PageAsync(filter, cancellation));
    }

    /// <summary>Returns one import: its progress and its result.</summary>
    /// <remarks>
    /// If the import has failed, problem has the reason, as the response to an upload without respond-async has it.
    /// </remarks>
    private static async Task<Results<Ok<ImportResponse>, ProblemHttpResult>> Get(
        Guid id, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation) =>
        await FindAsync(db, id, cancellation) is { } import ? TypedResults.Ok(import) : Problems.NotFound("import", id);

    /// <summary>Cancels an import.</summary>
    /// <remarks>A cancelled import stores nothing. An import that has ended does not change.</remarks>
    internal static async Task<Results<Accepted<ImportResponse>, ProblemHttpResult>> Cancel(
        Guid id, Query<NoQuery> _, PieDbContext db, ImportRows rows, CancellationToken cancellation)
    {
        await rows.CancelAsync(id, cancellation);
        return await FindAsync(db, id, cancellation) is { } import ? TypedResults.Accepted(import.Location, import)
            : Problems.NotFound("import", id);
    }

    internal static async Task<ImportResponse?> FindAsync(PieDbContext db, Guid id, CancellationToken cancellation) =>
        await db.Imports.AsNoTracking().SingleOrDefaultAsync(import => import.Id == id, cancellation) is { } import
            ? ImportResponse.Of(import) : null;
}

public sealed record ImportFilter : PageQuery
{
    /// <summary>Only imports in this state are returned.</summary>
    public ImportState? State { get; init; }
}

/// <param name="Name">The name of the dataset, or of the imported predictions; bundle for a bundle.</param>
/// <param name="Progress">What has been read so far.</param>
/// <param name="DatasetId">The id of the dataset; null until the import has succeeded.</param>
/// <param name="SweepId">
/// The id of the sweep that has the imported predictions, or of the bundle; null until the import has succeeded, and
/// for a dataset.
/// </param>
/// <param name="Read">
/// The counts of the imported predictions; null until the import has succeeded, and for a dataset or a bundle.
/// </param>
/// <param name="Bundle">What became of a bundle; null until it is stored, and for other imports.</param>
/// <param name="Problem">
/// The cause of a failure as problem details (RFC 9457); instance is the address of this import, whose id is also in
/// the log of the service. Null if the import has not failed.
/// </param>
public sealed record ImportResponse(
    Guid Id, string Name, ImportState State, ImportProgress Progress, Guid? DatasetId, Guid? SweepId,
    ImportCounts? Read, ImportedBundle? Bundle, JsonElement? Problem, DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt) : IPolled
{
    bool IPolled.IsAtWork => FinishedAt is null;

    internal string Location => LocationOf(Id);

    internal const string Path = "/api/v1/imports/";

    internal static string LocationOf(Guid id) => Path + id;

    public static ImportResponse Of(Import import) => new(
        import.Id, import.Name, import.State,
        new ImportProgress(import.BytesTotal, import.BytesRead, import.ExamplesStored), import.DatasetId,
        import.SweepId, import.Read, import.Bundle, import.Problem is { } problem ? JsonElement.Parse(problem) : null,
        import.CreatedAt, import.StartedAt, import.FinishedAt);
}

/// <param name="BytesTotal">
/// The number of bytes to read. The files of a dataset are read three times, to check, to measure and to store them;
/// the files of a format that selects its labels by frequency are read once more. The files of predictions are read
/// twice, a bundle four times.
/// </param>
/// <param name="BytesRead">The number of bytes that have been read.</param>
/// <param name="Examples">The number of stored examples: 0 until all of them are stored together.</param>
public sealed record ImportProgress(long BytesTotal, long BytesRead, int Examples);
