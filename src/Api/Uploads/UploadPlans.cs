using Microsoft.AspNetCore.Http.HttpResults;
using PieService.Api.Access;
using PieService.Api.Http;

namespace PieService.Api.Uploads;

/// <summary>
/// Limits the uploads that are read at the same time while their clients wait, only to show what an import would store:
/// each needs a disk and a core until its files are read.
/// </summary>
public sealed class UploadPlans() : ConcurrencyLimit(most: 4)
{
    /// <summary>
    /// Makes a plan in one of the places, or refuses it. A place is taken only when the body is received, since a
    /// client may send it slowly.
    /// </summary>
    public async Task<Results<Ok<T>, ProblemHttpResult>> MakeAsync<T>(
        HttpContext http, Func<Task<Results<Ok<T>, ProblemHttpResult>>> plan)
    {
        var client = Client.Of(http);
        if (!TryTake(client))
        {
            http.Response.SetRetryAfter(ImportQueue.RetryAfterSeconds);
            return TypedResults.Problem(
                $"Too many plans of imports are being made: at most {Most}, {MostOfOne} of them for one client. Send "
                + "the request again after Retry-After seconds.",
                statusCode: StatusCodes.Status503ServiceUnavailable);
        }
        try
        {
            return await plan();
        }
        finally
        {
            GiveBack(client);
        }
    }
}
