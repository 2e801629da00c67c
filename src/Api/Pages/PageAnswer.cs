using Microsoft.AspNetCore.Http.HttpResults;
using PieService.Api.Access;
using PieService.Api.Datasets;
using PieService.Api.Idempotency;
using PieService.Api.Sweeps;
using PieService.Api.Uploads;

namespace PieService.Api.Pages;

/// <summary>The answer of an operation of the API as that of a form: a redirect to the page of what it made.</summary>
public static class PageAnswer
{
    private const string Api = "/api/v1";

    public static IResult Of(IResult answer) => answer switch
    {
        INestedHttpResult nested => Of(nested.Result),
        Accepted<SweepResponse> { Location: { } location } => To(location),
        Accepted<ImportResponse> { Location: { } location } => To(location),
        Created<DatasetResponse> { Location: { } location } => To(location),
        IdempotentAttempt.KnownAnswer.Again { Request.Location: { } location } => To(location),
        _ => answer,
    };

    /// <summary>See Other: a reload of the page does not send the form again.</summary>
    public static IResult See(string address) => new SeeOther(address);

    /// <summary>The page of a resource.</summary>
    private static SeeOther To(string location) => new(Browsing.Path + location[Api.Length..]);

    private sealed class SeeOther(string address) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            httpContext.Response.StatusCode = StatusCodes.Status303SeeOther;
            httpContext.Response.Headers.Location = address;
            // It states when a program may poll the resource, and would delay the redirect.
            httpContext.Response.Headers.RetryAfter = default;
            return Task.CompletedTask;
        }
    }
}
