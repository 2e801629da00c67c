using System.Net.Mime;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using PieService.Api.Http;
using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Runs;

/// <summary>Returns the kept model of a run, from the artifact folder that API and workers share.</summary>
internal static class ModelEndpoint
{
    private const int RetryAfterSeconds = 30;

    /// <summary>Returns the trained model of a run as a safetensors file.</summary>
    /// <remarks>
    /// Models are kept for the runs of sweeps with keepModels: last. The file contains the weights under the names of
    /// the published model, a mask for each prunable tensor (mask.NAME, 1 = kept), and in its metadata the recipe, the
    /// seed, the labels and the versions: see docs/formats.md. The ETag is the SHA-256 of the file. Range requests are
    /// supported.
    /// </remarks>
    public static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> Get(
        Guid id, Query<NoQuery> _, PieDbContext db, PieFolders folders, HttpResponse response,
        CancellationToken cancellation)
    {
        if (await db.Runs.AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellation) is not { } run)
            return Problems.NotFound("run", id);
        if (run.Model is not { } model)
        {
            var isComing = run.State is RunState.Queued or RunState.Running
                && await LiveWishes.KeepModelAsync(db, id, cancellation);
            if (!isComing)
            {
                return TypedResults.Problem(
                    "The model of this run is not kept. Submit a sweep with this recipe and seed and keepModels: last, "
                    + "which trains the run again.",
                    statusCode: StatusCodes.Status404NotFound);
            }
            response.SetRetryAfter(EntityTags.PollSeconds);
            return Problems.Conflict(
                $"The run is {Wire.Name(run.State)}. Its model is available after the run has succeeded.");
        }

        var installation = await db.Database.SqlQuery<Guid>($"""SELECT id AS "Value" FROM installation""")
            .SingleAsync(cancellation);
        if (Open(model, folders, installation) is { } file)
        {
            var tag = new EntityTagHeaderValue($"\"{model.Sha256}\"");
            return TypedResults.Stream(
                file, MediaTypeNames.Application.Octet, $"model-{id}.safetensors", entityTag: tag,
                enableRangeProcessing: true);
        }
        response.SetRetryAfter(RetryAfterSeconds);
        return TypedResults.Problem(
            "The model is not in the artifact folder of the API. Configure the same PIE_ARTIFACTS for the API and "
            + "the workers. If it is the same already, the file is lost: delete the sweeps that keep the model, and "
            + "submit one with keepModels: last.",
            statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    /// <summary>
    /// Opens the file; returns null if it does not exist here or is not the file that was written. An open file stays
    /// readable, even if it is deleted in the meantime.
    /// </summary>
    private static FileStream? Open(KeptModel model, PieFolders folders, Guid installation)
    {
        try
        {
            if (File.ReadAllText(folders.ArtifactStoreFile) != model.Store) return null;
            var file = new FileStream(
                Path.Combine(folders.ArtifactsOf(installation), model.Path), FileMode.Open, FileAccess.Read,
                FileShare.Read | FileShare.Delete, bufferSize: 1 << 16, useAsync: true);
            if (file.Length == model.Bytes) return file;
            file.Dispose();
            return null;
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
