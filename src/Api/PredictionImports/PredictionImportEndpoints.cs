using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Access;
using PieService.Api.Http;
using PieService.Api.Idempotency;
using PieService.Api.Uploads;
using PieService.Domain.Files;
using PieService.Domain.Storage;
using Swashbuckle.AspNetCore.SwaggerGen;

namespace PieService.Api.PredictionImports;

public static class PredictionImportEndpoints
{
    public const string ImportOperation = "importPredictions";
    public const string PlanOperation = "planPredictionImport";

    public static void AddPredictionImports(this IServiceCollection services)
    {
        services.AddSingleton<ImportedSweeps>();
        services.Configure<SwaggerGenOptions>(options => options.OperationFilter<PredictionUploadForm>());
    }

    public static void MapPredictionImports(this IEndpointRouteBuilder routes)
    {
        var settings = routes.ServiceProvider.GetRequiredService<UploadSettings>();
        var imports = routes.MapGroup("/prediction-imports").WithTags("Imports");
        imports.MapPost("/", Import).WithName(ImportOperation)
            .WithMetadata(
                new RequestSizeLimitAttribute(settings.RequestBytes), new OutsideRequestLimit(),
                IdempotencyKey.Documented)
            .Produces<ImportResponse>(202)
            .ProducesProblem(400).ProducesProblem(409).ProducesProblem(413).ProducesProblem(415);
        imports.MapPost("/plan", Plan).WithName(PlanOperation)
            .WithMetadata(
                new RequestSizeLimitAttribute(settings.RequestBytes), new OutsideRequestLimit(), new ChangesNothing())
            .ProducesProblem(400).ProducesProblem(409).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422);
    }

    /// <summary>Imports predictions that other programs made, as a sweep.</summary>
    /// <remarks>
    /// The body is multipart/form-data: a part definition (JSON), and the files, whose parts the definition names. The
    /// response is sent as soon as the files are received, and contains an import that can be polled and cancelled; it
    /// has sweepId when the predictions are stored. The errors of the definition are reported at once (400, and 409 for
    /// a run that is stated twice); those of the files, up to 100 with their places, are the problem of the import
    /// (422). With sweepId the predictions are added to a sweep that was imported before. With validateOnly=true the
    /// operation is the same as planPredictionImport.
    /// </remarks>
    /// <response code="202">The files are received; Location is the address of the import.</response>
    internal static async Task<IResult> Import(
        Query<PredictionImportQuery> query, HttpContext http, UploadSettings settings, ReadLimits limits,
        PieDbContext db, IDbContextFactory<PieDbContext> contexts, ImportedSweeps store, UploadPlaces places,
        ImportQueue queue, IdempotencyKey key, CancellationToken cancellation)
    {
        if (query.Value.ValidateOnly) return await Plan(new(new()), http, settings, limits, db, places, cancellation);
        using var folder = new UploadFolder(settings);
        var upload = await PredictionUpload.ReceiveAsync(http.Request, folder, cancellation);
        await using var attempt = await key.BeginAsync(http, ImportOperation, upload.Identity, cancellation);
        if (attempt.Answer is { } known) return known;

        var target = await ImportTarget.FindAsync(db, upload.Definition.Value, cancellation);
        var definition = upload.Definition.Checked(import => target.Check(import, [.. upload.Files.Keys]));
        if (target.Conflicts(definition) is { Count: > 0 } conflicts) return PredictionProblems.RunTwice(conflicts);
        return await queue.AcceptAsync(
            attempt,
            () => new PredictionImportJob(
                attempt.ResourceId, definition, upload, folder.HandOver(), store, contexts, limits),
            db, http.Response, cancellation);
    }

    /// <summary>Reads an upload as importPredictions does, and stores nothing.</summary>
    /// <remarks>
    /// The body is that of importPredictions. The response has the labels, the cohorts and the counts of what would be
    /// imported, or all errors, those of the files included. The files are read while the client waits, and reading
    /// stops if the client disconnects.
    /// </remarks>
    internal static async Task<Results<Ok<PredictionPlanResponse>, ProblemHttpResult>> Plan(
        Query<NoQuery> _, HttpContext http, UploadSettings settings, ReadLimits limits, PieDbContext db,
        UploadPlaces places, CancellationToken cancellation)
    {
        using var folder = new UploadFolder(settings);
        var upload = await PredictionUpload.ReceiveAsync(http.Request, folder, cancellation);
        var target = await ImportTarget.FindAsync(db, upload.Definition.Value, cancellation);
        var definition = upload.Definition.Checked(import => target.Check(import, [.. upload.Files.Keys]));
        if (target.Conflicts(definition) is { Count: > 0 } conflicts) return PredictionProblems.RunTwice(conflicts);
        return await places.ReadAsync<PredictionPlanResponse>(http, () =>
        {
            var reading = target.Read(db, definition, upload.Files, limits, folder, cancellation);
            using var predictions = reading.Predictions;
            return Task.FromResult<Results<Ok<PredictionPlanResponse>, ProblemHttpResult>>(
                predictions is null ? PredictionProblems.Unreadable(reading.Errors)
                    : TypedResults.Ok(PredictionPlanResponse.Of(definition, predictions)));
        });
    }
}

public sealed record PredictionImportQuery
{
    /// <summary>Whether only to read the upload and to respond as planPredictionImport does.</summary>
    /// <remarks>
    /// The parameter is not in the OpenAPI document: client generators accept one success response per operation and
    /// treat a second one as an error.
    /// </remarks>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public bool ValidateOnly { get; init; }
}
