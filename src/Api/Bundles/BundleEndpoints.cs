using System.Net.Mime;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using PieService.Api.Http;
using PieService.Api.Idempotency;
using PieService.Api.Tables;
using PieService.Api.Uploads;
using PieService.Domain;
using PieService.Domain.Bundles;
using PieService.Domain.Files;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;
using PieService.Hosting;

namespace PieService.Api.Bundles;

/// <summary>A whole sweep as one file, and back.</summary>
public static class BundleEndpoints
{
    private const string ImportOperation = "importBundle", FileName = "bundle";

    public static void MapBundles(this IEndpointRouteBuilder routes)
    {
        var settings = routes.ServiceProvider.GetRequiredService<UploadSettings>();
        routes.MapGet("/sweeps/{id:guid}/bundle", Export).WithTags("Bundles").WithName("exportBundle")
            .WithMetadata(new SendsFile(MediaTypeNames.Application.Zip), new OutsideRequestLimit())
            .ProducesProblem(404).ProducesProblem(409).ProducesProblem(503);
        routes.MapPost("/bundles", Import).WithTags("Bundles").WithName(ImportOperation)
            .WithMetadata(
                new RequestSizeLimitAttribute(settings.RequestBytes), new OutsideRequestLimit(),
                IdempotencyKey.Documented, RespondAsync.Documented)
            .Accepts<string>(MediaTypeNames.Application.Zip)
            .Produces<BundleResponse>(200).Produces<BundleResponse>(201).Produces<ImportResponse>(202)
            .ProducesProblem(400).ProducesProblem(409).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422)
            .ProducesProblem(503);
    }

    /// <summary>Returns a sweep that has ended as one file, for another PieService.</summary>
    /// <remarks>
    /// The file is a zip archive with the dataset, the sweep, its runs with their packed predictions, metrics and
    /// conditions, its comparisons with their results, and checksums: see docs/formats.md. Models and checkpoints are
    /// not in it. Two downloads of the same sweep are the same bytes. importBundle stores it.
    /// </remarks>
    private static async Task<EmptyHttpResult> Export(
        Guid id, Query<NoQuery> _, HttpContext http, PieDbContext db, SentFiles files, CancellationToken cancellation)
    {
        // The rows of all runs are read before it is known whether a bundle is sent.
        await files.SendAsync(
            http, async () => await (await FindAsync(id, http, db, files, cancellation)).ExecuteAsync(http));
        return TypedResults.Empty;
    }

    private static async Task<IResult> FindAsync(
        Guid id, HttpContext http, PieDbContext db, SentFiles files, CancellationToken cancellation)
    {
        if (await BundleExport.BeginAsync(db, id, cancellation) is not { } export)
            return Problems.NotFound("sweep", id);
        var state = await db.SweepProgress.Where(progress => progress.SweepId == id)
            .Select(progress => progress.State).SingleAsync(cancellation);
        if (!state.IsFinal())
        {
            http.Response.SetRetryAfter(EntityTags.PollSeconds);
            return Problems.Conflict(
                $"The sweep is {Wire.Name(state)}. A bundle is made of a sweep that has ended: wait for it, or "
                + "cancel it.");
        }
        var file = new BundleFileResult(export, files);
        return http.Request.GetTypedHeaders().IfNoneMatch.Any(
            known => known.Equals(EntityTagHeaderValue.Any) || known.Compare(file.Tag, useStrongComparison: false))
            ? TypedResults.StatusCode(StatusCodes.Status304NotModified)
            : file;
    }

    /// <summary>Stores the sweep of a bundle, with its dataset and its runs.</summary>
    /// <remarks>
    /// The body is the file of exportBundle. It is checked completely: the content hash of the dataset, the
    /// fingerprints of the recipes and the hashes of the predictions are computed again, and the comparisons are
    /// labelled again. The import stores the whole bundle or nothing. The ids are kept where they are free. If a
    /// dataset with this content exists, it is used, and runs of the same recipe and seed are linked, not added. A
    /// sweep with more methods on the dataset links the runs of the bundle as its own. With Prefer: respond-async the
    /// response is sent as soon as the file is received, and contains an import that can be polled and cancelled.
    /// </remarks>
    /// <response code="200">The sweep had been stored before, with the same content.</response>
    /// <response code="201">The sweep is stored; Location is its address.</response>
    /// <response code="202">
    /// The file is received (Prefer: respond-async); Location is the address of the import.
    /// </response>
    private static async Task<IResult> Import(
        Query<NoQuery> _, HttpContext http, UploadSettings settings, ReadLimits limits, PieDbContext db,
        BundleImport import, UploadPlaces places, ImportQueue queue, IdempotencyKey key,
        CancellationToken cancellation)
    {
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
            || !type.MediaType.Equals(MediaTypeNames.Application.Zip, StringComparison.OrdinalIgnoreCase))
            throw new BadHttpRequestException(
                $"The body must be a bundle, with the Content-Type {MediaTypeNames.Application.Zip}.",
                StatusCodes.Status415UnsupportedMediaType);
        using var folder = new UploadFolder(settings);
        var path = folder.PathOf(FileName);
        await using (var file = File.Create(path)) await http.Request.Body.CopyToAsync(file, cancellation);
        Telemetry.ImportBytes.Add(
            new FileInfo(path).Length, new KeyValuePair<string, object?>(Telemetry.Kind, "bundle"));
        var isForLater = RespondAsync.IsPreferred(http.Request);
        await using var attempt = await key.BeginAsync(
            http, ImportOperation,
            (byte[])[.. await HashAsync(path, cancellation), isForLater ? (byte)1 : (byte)0], cancellation);
        if (attempt.Answer is { } known) return known;
        if (isForLater)
        {
            RespondAsync.SetApplied(http.Response);
            return await queue.AcceptAsync(
                attempt,
                () => new BundleImportJob(
                    attempt.ResourceId, new SourceFile(FileName, path) { Meter = new ReadMeter() }, folder.HandOver(),
                    import, limits),
                db, http.Response, cancellation);
        }
        return await places.StoreAsync(
            http,
            () => StoreAsync(
                http, attempt, import,
                () => Bundle.Read(
                    new SourceFile(FileName, path) { Cancellation = cancellation }, limits, cancellation),
                cancellation));
    }

    private static async Task<IResult> StoreAsync(
        HttpContext http, IdempotentAttempt attempt, BundleImport import, Func<Bundle> read,
        CancellationToken cancellation)
    {
        try
        {
            var bundle = read();
            attempt.WorkBegins();
            var stored = await import.StoreAsync(bundle, attempt.ResourceId, alongWith: null, cancellation);
            var response = BundleResponse.Of(stored);
            var address = $"/api/v1/sweeps/{stored.SweepId}";
            if (!stored.IsNew) http.Response.Headers.Location = address;
            await attempt.CompleteAsync(
                stored.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK, address, response);
            return stored.IsNew ? TypedResults.Created(address, response) : TypedResults.Ok(response);
        }
        catch (UnreadableFileException content)
        {
            attempt.Refused();
            return UnreadableContent.Of(content);
        }
        catch (BundleConflictException conflict)
        {
            attempt.Refused();
            return Problems.Conflict(conflict.Message);
        }
    }

    private static async Task<byte[]> HashAsync(string path, CancellationToken cancellation)
    {
        await using var file = File.OpenRead(path);
        return await SHA256.HashDataAsync(file, cancellation);
    }
}
