using System.Net;
using Microsoft.AspNetCore.Http.HttpResults;

namespace PieService.Api.Access;

/// <summary>
/// If no keys are required, accepts only requests from this machine whose Host header is a loopback name. For a
/// browser, a page whose name was made to resolve to this machine (DNS rebinding) has the same origin as the service,
/// but its requests still have the page's name as Host.
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
                "Without API keys the service accepts requests from its own machine only. To accept others, start it "
                + "with PIE_REQUIRE_KEYS=true.",
                statusCode: StatusCodes.Status403Forbidden);
        }
        if (!ListenAddresses.IsLoopback(context.Request.Host.Host))
        {
            return TypedResults.Problem(
                "Without API keys the Host of a request must be localhost, 127.0.0.1 or [::1]. To use other names, "
                + "start the service with PIE_REQUIRE_KEYS=true.",
                statusCode: StatusCodes.Status421MisdirectedRequest);
        }
        return null;
    }

    // Null: the in-memory server of the tests has no connections.
    private static bool IsHere(IPAddress? address) => address is null || IPAddress.IsLoopback(address);
}
