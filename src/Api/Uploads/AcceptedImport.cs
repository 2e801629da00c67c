using PieService.Api.Http;
using PieService.Api.Idempotency;
using PieService.Domain.Storage;

namespace PieService.Api.Uploads;

/// <summary>The response to an upload that is imported in the background.</summary>
public static class AcceptedImport
{
    /// <param name="job">Creates the job, unless an earlier attempt of the same request has added it.</param>
    /// <returns>The response 202 with the import, or 503 if too many imports wait or the service is stopping.</returns>
    public static async Task<IResult> AcceptAsync(
        this ImportQueue queue, IdempotentAttempt attempt, Func<ImportJob> job, PieDbContext db, HttpResponse response,
        CancellationToken cancellation)
    {
        if (await ImportEndpoints.FindAsync(db, attempt.ResourceId, cancellation) is null)
        {
            attempt.WorkBegins();
            if (!await queue.TryAddAsync(job(), CancellationToken.None))
            {
                response.SetRetryAfter(ImportQueue.RetryAfterSeconds);
                return TypedResults.Problem(
                    $"The import queue is full ({ImportQueue.MaxWaiting} imports are waiting), or the service is "
                    + "stopping. Send the request again after Retry-After seconds.",
                    statusCode: StatusCodes.Status503ServiceUnavailable);
            }
        }
        response.SetRetryAfter(EntityTags.PollSeconds);
        var received = (await ImportEndpoints.FindAsync(db, attempt.ResourceId, CancellationToken.None))!;
        await attempt.CompleteAsync(StatusCodes.Status202Accepted, received.Location, received);
        return TypedResults.Accepted(received.Location, received);
    }
}
