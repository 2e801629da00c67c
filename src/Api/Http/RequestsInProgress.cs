using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http.Features;

namespace PieService.Api.Http;

/// <summary>
/// Limits the requests that are processed at the same time, so that under overload the accepted ones are still answered
/// in a fraction of a second: a limited number of others waits, and any further one gets 503 at once. The rate of each
/// client is checked before, so that one client that exceeds its rate does not fill the places of the others; it needs
/// the key, so a refused request costs at most the lookup of its key, of which KeyCheck limits the number at a time. A
/// request without a valid key does not take a place, and its body is not received: it is refused, or answered from
/// memory, if it is not a health check.
/// </summary>
public static class RequestsInProgress
{
    private const int RetryAfterSeconds = 1;

    /// <summary>More than one request for each core: most of the time of a request is that of its queries.</summary>
    private const int ForEachCore = 4;

    /// <summary>At 100 requests per second and core, the last of these waits for a third of a second.</summary>
    private const int WaitingForEachCore = 32;

    private const int Chunk = 16 * 1024;

    public static ConcurrencyLimiterOptions Limits(int cores) => new()
    {
        PermitLimit = ForEachCore * cores,
        QueueLimit = WaitingForEachCore * cores,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    };

    public static void UseRequestLimit(this WebApplication app)
    {
        var limits = Limits(Environment.ProcessorCount);
        var limiter = new ConcurrencyLimiter(limits);
        app.Lifetime.ApplicationStopped.Register(limiter.Dispose);
        app.Use(async (context, next) =>
        {
            if (context.GetEndpoint()?.Metadata.GetMetadata<OutsideRequestLimit>() is not null
                || context.User.Identity is not { IsAuthenticated: true })
            {
                await next(context);
                return;
            }
            await ReceiveBodyAsync(context);
            using var place = await limiter.AcquireAsync(cancellationToken: context.RequestAborted);
            if (place.IsAcquired)
            {
                context.Response.OnStarting(LeaveAsync, place);
                await next(context);
                return;
            }
            context.Response.SetRetryAfter(RetryAfterSeconds);
            await TypedResults.Problem(
                $"The service is overloaded: {limits.PermitLimit} requests are in progress and {limits.QueueLimit} "
                + "wait. Try again after Retry-After seconds.",
                statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(context);
        });
    }

    /// <summary>
    /// Receives the body before the request takes a place, up to the limit of a JSON body: a client that sends its body
    /// slowly must not occupy a place.
    /// </summary>
    private static async Task ReceiveBodyAsync(HttpContext context)
    {
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: true }) return;
        // The buffer is larger than what is read, so that it does not become a file.
        context.Request.EnableBuffering(bufferThreshold: RequestForm.MaxJsonBody + (2 * Chunk));
        var (body, chunk, total) = (context.Request.Body, new byte[Chunk], 0);
        int read;
        while (total <= RequestForm.MaxJsonBody
            && (read = await body.ReadAsync(chunk, context.RequestAborted)) > 0) total += read;
        body.Position = 0;
    }

    /// <summary>
    /// Leaves the place to another request before the response is sent: a client that reads slowly must not occupy a
    /// place. The request disposes the place again, which then has no effect.
    /// </summary>
    private static Task LeaveAsync(object place)
    {
        ((RateLimitLease)place).Dispose();
        return Task.CompletedTask;
    }
}

/// <summary>
/// Metadata of an operation that is not counted among the requests in progress: it must respond under any load, as one
/// that reduces the load, or it takes long and has a limit of its own.
/// </summary>
public sealed record OutsideRequestLimit;
