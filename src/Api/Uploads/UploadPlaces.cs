using Microsoft.AspNetCore.Http.HttpResults;
using PieService.Api.Access;
using PieService.Api.Http;

namespace PieService.Api.Uploads;

/// <summary>
/// Limits the uploads that are read at the same time while their clients wait: those that only show what an import
/// would store, and bundles. Each needs a disk and a core until its files are read.
/// </summary>
public sealed class UploadPlaces() : ConcurrencyLimit(most: 4)
{
    /// <summary>
    /// Makes a plan in one of the places, or refuses it. A place is taken only when the body is received, since a
    /// client may send it slowly.
    /// </summary>
    public Task<Results<Ok<T>, ProblemHttpResult>> PlanAsync<T>(
        HttpContext http, Func<Task<Results<Ok<T>, ProblemHttpResult>>> plan) =>
        InPlaceAsync<Results<Ok<T>, ProblemHttpResult>>(http, plan, refusal => refusal);

    /// <summary>Reads and stores a bundle in one of the places, or refuses it, as a plan.</summary>
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
                $"Too many plans of imports are being made and bundles stored: at most {Most}, {MostOfOne} of them for "
                + "one client. Send the request again after Retry-After seconds.",
                statusCode: StatusCodes.Status503ServiceUnavailable));
        }
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
