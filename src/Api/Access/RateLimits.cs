using System.Threading.RateLimiting;
using PieService.Api.Http;

namespace PieService.Api.Access;

/// <summary>Limits the request rate of each client; a burst may have twice as many requests as a second.</summary>
public static class RateLimits
{
    public static void AddRateLimits(this IServiceCollection services, AccessSettings settings) =>
        services.AddRateLimiter(limits =>
        {
            limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(
                context =>
                    RateLimitPartition.GetTokenBucketLimiter(Budget(context), _ => Bucket(settings.RequestsPerSecond)));
            limits.OnRejected = (rejected, _) => new ValueTask(TooManyAsync(
                rejected.HttpContext,
                rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.Zero,
                $"The limit is {settings.RequestsPerSecond} requests per second."));
        });

    /// <summary>
    /// Returns the budget of a request. Health checks are sent without a key and have a budget of their own, so that
    /// other requests from the same address cannot exhaust it.
    /// </summary>
    private static string Budget(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/health") ? $"health {Client.Of(context)}" : Client.Of(context);

    public static TokenBucketRateLimiterOptions Bucket(int perSecond) => new()
    {
        TokensPerPeriod = perSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        TokenLimit = 2 * perSecond,
    };

    public static Task TooManyAsync(HttpContext context, TimeSpan wait, string why)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        context.Response.SetRetryAfter(seconds);
        return TypedResults.Problem(
            $"{why} Try again in {seconds} s.", statusCode: StatusCodes.Status429TooManyRequests).ExecuteAsync(context);
    }
}
