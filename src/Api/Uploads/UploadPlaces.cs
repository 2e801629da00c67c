using Microsoft.AspNetCore.Http.HttpResults;
using PieService.Api.Access;
using PieService.Api.Http;

namespace PieService.Api.Uploads;

/// <summary>
/// Limits the uploads that are read at the same time while their clients wait. Each needs a disk and a core until its
/// files are read, and a connection to the database while they are stored. When the service stops, their connections
/// are closed, and what is not committed by then is not stored.
/// </summary>
public sealed class UploadPlaces(IHostApplicationLifetime lifetime) : ConcurrencyLimit(most: 4)
{
    /// <summary>
    /// Reads an upload in one of the places, or refuses it. A place is taken only when the body is received, since a
    /// client may send it slowly.
    /// </summary>
    public Task<Results<Ok<T>, ProblemHttpResult>> ReadAsync<T>(
        HttpContext http, Func<Task<Results<Ok<T>, ProblemHttpResult>>> read) =>
        InPlaceAsync<Results<Ok<T>, ProblemHttpResult>>(http, read, refusal => refusal);

    /// <summary>Reads and stores an upload in one of the places, or refuses it.</summary>
    public Task<IResult> StoreAsync(HttpContext http, Func<Task<IResult>> store) =>
        InPlaceAsync<IResult>(http, store, refusal => refusal);

    private async Task<T> InPlaceAsync<T>(
        HttpContext http, Func<Task<T>> work, Func<ProblemHttpResult, T> refused)
    {
        var client = Client.Of(http);
        if (!TryTake(client))
        {
            http.Response.SetRetryAfter(ImportQueue.RetryAfterSeconds);
            return refused(TypedResults.Problem(
                $"Too many uploads are being read: at most {Most} at a time, {MostOfOne} of them of one client. Send "
                + "the request again after Retry-After seconds, or send an import with Prefer: respond-async.",
                statusCode: StatusCodes.Status503ServiceUnavailable));
        }
        using var stop = lifetime.ApplicationStopping.Register(http.Abort);
        try
        {
            return await work();
        }
        finally
        {
            GiveBack(client);
        }
    }
}
