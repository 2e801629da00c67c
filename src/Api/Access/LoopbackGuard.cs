using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;

namespace PieService.Api.Access;

/// <summary>
/// Where no keys are required, only this machine may ask, and only by its own name: a page whose name was made to lead here
/// (DNS rebinding) is of the same origin for the browser, but the browser still says the page's name.
/// </summary>
public static class LoopbackGuard
{
    public static void UseLoopbackGuard(this WebApplication app)
    {
        if (app.Services.GetRequiredService<AccessSettings>().RequireKeys) return;
        app.Use((context, next) => Refusal(context) is { } why ? why.ExecuteAsync(context) : next(context));
    }

    private static ProblemHttpResult? Refusal(HttpContext context)
    {
        if (!IsHere(context.Connection.LocalIpAddress) || !IsHere(context.Connection.RemoteIpAddress))
        {
            return TypedResults.Problem(
                "Without API keys the service answers this machine only. Start it with PIE_REQUIRE_KEYS=true.", statusCode: StatusCodes.Status403Forbidden);
        }
        if (!ListenAddresses.IsLoopback(context.Request.Host.Host))
        {
            return TypedResults.Problem(
                "Without API keys the service answers to the names of its own machine only: localhost, 127.0.0.1 or [::1]. For others, start it with PIE_REQUIRE_KEYS=true.",
                statusCode: StatusCodes.Status421MisdirectedRequest);
        }
        return null;
    }

    // None: the server of tests, which has no connections.
    private static bool IsHere(IPAddress? address) => address is null || IPAddress.IsLoopback(address);
}
