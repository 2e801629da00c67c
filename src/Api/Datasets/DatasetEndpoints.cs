using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PieService.Api.Http;
using PieService.Api.Idempotency;
using PieService.Api.Lists;
using PieService.Api.Uploads;
using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Storage;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.Datasets;

public static class DatasetEndpoints
{
    public const string ImportOperation = "importDataset";

    /// <summary>The number of sweeps that a message names.</summary>
    private const int SweepsShown = 5;

    /// <summary>How long a deletion waits for a sweep that refers to the dataset and is being stored.</summary>
    private const string DeletionWaits = "2s";

    /// <summary>Millions of examples take longer to delete than the timeout that is right for other commands.</summary>
    private static readonly TimeSpan DeletionTimeout = TimeSpan.FromHours(1);

    // Version 7 UUIDs increase with time, so their order is the order of creation.
    private static readonly Order<KnownDataset> NewestFirst =
        Order<KnownDataset>.ByDescending(known => known.Dataset.Id);

    public static void AddDatasets(this IServiceCollection services)
    {
        services.AddSingleton<DatasetImport>();
        services.Configure<SwaggerGenOptions>(options =>
        {
            options.OperationFilter<DatasetUploadForm>();
            options.MapDefinition();
        });
    }

    public static void MapDatasets(this IEndpointRouteBuilder routes)
    {
        var settings = routes.ServiceProvider.GetRequiredService<UploadSettings>();
        var datasets = routes.MapGroup("/datasets").WithTags("Datasets");
        datasets.MapPost("/", Import).WithName(ImportOperation)
            .WithMetadata(
                new RequestSizeLimitAttribute(settings.RequestBytes), new OutsideRequestLimit(),
                IdempotencyKey.Documented, RespondAsync.Documented)
            .Produces<DatasetResponse>(201).Produces<ImportResponse>(202)
            .ProducesProblem(400).ProducesProblem(409).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422);
        datasets.MapDatasetPlan(settings);
        datasets.MapDatasetAttributes(settings);
        datasets.MapGet("/", List).WithName("listDatasets").ProducesProblem(400);
        datasets.MapGet("/{id:guid}", Get).WithName("getDataset").ProducesProblem(404);
        datasets.MapDelete("/{id:guid}", Delete).WithName("deleteDataset").ProducesProblem(404).ProducesProblem(409);
    }

    /// <summary>Imports a dataset.</summary>
    /// <remarks>
    /// The body is multipart/form-data: a part definition (JSON) and the files. There is one file for each split (train
    /// and test; validation is optional), or a single part file that the definition's split divides. The formats are
    /// CSV, TSV, JSON lines (or a JSON array) and Parquet, each optionally compressed (gzip, a zip archive of one file,
    /// bzip2, xz, zstd), and the published datasets that format lists, in their original files. The import stores the
    /// whole dataset or nothing. If a file cannot be read, the response states file, line and column. With Prefer:
    /// respond-async the response is sent as soon as the files are received, and contains an import that can be polled
    /// and cancelled. With validateOnly=true the operation is the same as planDataset.
    /// </remarks>
    /// <response code="201">The dataset is imported; Location is its address.</response>
    /// <response code="202">
    /// The files are received (Prefer: respond-async); Location is the address of the import.
    /// </response>
    internal static async Task<IResult> Import(
        Query<ImportQuery> query, HttpContext http, UploadSettings settings, ReadLimits limits, PieDbContext db,
        DatasetImport import, UploadPlaces places, ImportQueue queue,
        IdempotencyKey key, CancellationToken cancellation)
    {
        if (query.Value.ValidateOnly)
            return await DatasetPlanEndpoint.Plan(new(new()), http, settings, limits, db, places, cancellation);
        return await ImportAsync(
            RespondAsync.IsPreferred(http.Request), http, settings, limits, db, import, places, queue, key,
            cancellation);
    }

    /// <param name="isForLater">Whether to respond as soon as the files are received.</param>
    internal static async Task<IResult> ImportAsync(
        bool isForLater, HttpContext http, UploadSettings settings, ReadLimits limits, PieDbContext db,
        DatasetImport import, UploadPlaces places, ImportQueue queue, IdempotencyKey key,
        CancellationToken cancellation)
    {
        using var folder = new UploadFolder(settings);
        var upload = await DatasetUpload.ReceiveAsync(http.Request, folder, cancellation);
        await using var attempt = await key.BeginAsync(
            http, ImportOperation, (byte[])[.. upload.Identity, isForLater ? (byte)1 : (byte)0], cancellation);
        if (attempt.Answer is { } known) return known;

        var definition = upload.CheckedDefinition();
        return isForLater ? await ImportLaterAsync() : await places.StoreAsync(http, ImportNowAsync);

        async Task<IResult> ImportNowAsync()
        {
            try
            {
                // The dataset exists if an earlier attempt was interrupted after it had been stored.
                if (!await db.Datasets.AnyAsync(earlier => earlier.Id == attempt.ResourceId, cancellation))
                {
                    var source = SourceDataset.Read(definition, upload.Parts, limits, cancellation);
                    attempt.WorkBegins();
                    await import.StoreAsync(attempt.ResourceId, source, alongWith: null, cancellation);
                }
                var stored = await db.KnownDatasets.AsNoTracking()
                    .SingleAsync(known => known.Dataset.Id == attempt.ResourceId, cancellation);
                var created = TypedResults.Created(
                    $"/api/v1/datasets/{attempt.ResourceId}", DatasetResponse.Of(stored));
                await attempt.CompleteAsync(StatusCodes.Status201Created, created.Location!, created.Value);
                return created;
            }
            catch (UnreadableFileException content)
            {
                return UnreadableContent.Of(content);
            }
        }

        async Task<IResult> ImportLaterAsync()
        {
            if (RespondAsync.IsPreferred(http.Request)) RespondAsync.SetApplied(http.Response);
            return await queue.AcceptAsync(
                attempt,
                () => new DatasetImportJob(
                    attempt.ResourceId, definition, upload.Parts, folder.HandOver(), import, limits),
                db, http.Response, cancellation);
        }
    }

    /// <summary>Lists datasets, the newest first.</summary>
    /// <remarks>
    /// Each dataset has its labels, splits and length statistics, as in getDataset. The texts are in listExamples.
    /// </remarks>
    internal static async Task<Ok<Page<DatasetResponse>>> List(
        Query<PageQuery> query, PieDbContext db, CancellationToken cancellation)
    {
        var rows = new QueryRows<KnownDataset, DatasetResponse>(db.KnownDatasets, NewestFirst, DatasetResponse.Of)
        {
            Counted = db.Datasets,
            // Ten thousand labels, with the number of examples of each in each split, take some megabytes.
            LengthOf = dataset => (1 + dataset.Splits.Count) * AnswerLength.OfCounts(dataset.Labels),
        };
        return TypedResults.Ok(await rows.PageAsync(query.Value, cancellation));
    }

    /// <summary>Returns one dataset with its labels, splits and length statistics.</summary>
    /// <remarks>
    /// Only the attributes of a dataset can be replaced. Two datasets with the same contentHash have the same texts,
    /// labels, order and splits.
    /// </remarks>
    internal static async Task<Results<Ok<DatasetResponse>, ProblemHttpResult>> Get(
        Guid id, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation) =>
        await db.KnownDatasets.AsNoTracking().SingleOrDefaultAsync(known => known.Dataset.Id == id, cancellation)
            is { } dataset
            ? TypedResults.Ok(DatasetResponse.Of(dataset))
            : Problems.NotFound("dataset", id);

    /// <summary>Deletes a dataset and its examples, unless a sweep uses it.</summary>
    /// <remarks>
    /// If a sweep uses the dataset, the response is 409. List such sweeps with GET /sweeps?datasetId=, and delete them
    /// first. The response is also 409 while a sweep of the dataset is being stored.
    /// </remarks>
    /// <response code="204">The dataset is deleted.</response>
    internal static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        Guid id, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation)
    {
        // Checked before the deletion as well, because the database logs a violated key as an error.
        if (await SweepsOfAsync(db, id, cancellation) is { Count: > 0 } sweeps) return InUse(id, sweeps);
        db.Database.SetCommandTimeout(DeletionTimeout);
        try
        {
            await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
            // A large bundle or import that refers to the dataset is stored for minutes.
            await db.Database.ExecuteSqlAsync(
                $"SELECT set_config('lock_timeout', {DeletionWaits}, true)", cancellation);
            var deleted = await db.Datasets.Where(dataset => dataset.Id == id).ExecuteDeleteAsync(cancellation);
            await transaction.CommitAsync(cancellation);
            return deleted > 0 ? TypedResults.NoContent() : Problems.NotFound("dataset", id);
        }
        // EF Core wraps it, as it does all that a second try may avoid.
        catch (InvalidOperationException wrapped)
            when (wrapped.InnerException is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable })
        {
            return Problems.Conflict(
                $"A sweep of the dataset {id} is being stored. Delete the dataset after the sweep, or try again if the "
                + "sweep is not stored.");
        }
        catch (PostgresException inUse) when (inUse.SqlState is PostgresErrorCodes.ForeignKeyViolation
            or PostgresErrorCodes.RestrictViolation)
        {
            return InUse(id, await SweepsOfAsync(db, id, cancellation));
        }
    }

    private static Task<List<string>> SweepsOfAsync(PieDbContext db, Guid dataset, CancellationToken cancellation) =>
        db.Sweeps.Where(sweep => sweep.DatasetId == dataset).OrderBy(sweep => sweep.CreatedAt)
            .Select(sweep => $"'{sweep.Name}' ({sweep.Id})").Take(SweepsShown + 1).ToListAsync(cancellation);

    private static ProblemHttpResult InUse(Guid dataset, List<string> sweeps) => Problems.Conflict(
        $"The dataset {dataset} is used by sweeps: {string.Join(", ", sweeps.Take(SweepsShown))}"
        + $"{(sweeps.Count > SweepsShown ? ", ..." : "")}. GET /api/v1/sweeps?datasetId={dataset} lists them; delete "
        + "them first.");
}

public sealed record ImportQuery
{
    /// <summary>Whether only to read the upload and to respond as planDataset does.</summary>
    /// <remarks>
    /// The parameter is not in the OpenAPI document: client generators accept one success response per operation and
    /// treat a second one as an error.
    /// </remarks>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public bool ValidateOnly { get; init; }
}
