using Microsoft.AspNetCore.Http.Features;
using PieService.Api.Access;
using PieService.Api.Http;

namespace PieService.Api.Tables;

/// <summary>
/// Sends files while their rows are read, and limits how many at the same time: each holds a database connection until
/// its client has received it. When the service stops, their connections are closed.
/// </summary>
public sealed class SentFiles(IHostApplicationLifetime lifetime, ILogger<SentFiles> logger) : ConcurrencyLimit(most: 20)
{
    private const int RetryAfterSeconds = 10;

    /// <summary>After this time without progress, the place of a file is for other clients.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Sends a file in one of the places, or refuses it.</summary>
    public async Task SendAsync(HttpContext context, Func<Task> send)
    {
        var client = Client.Of(context);
        if (!TryTake(client))
        {
            context.Response.SetRetryAfter(RetryAfterSeconds);
            await TypedResults.Problem(
                $"Too many files are being sent: at most {Most} at a time, {MostOfOne} of them to one client. Try "
                + "again after Retry-After seconds.",
                statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(context);
            return;
        }
        var body = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var watched = new StreamResponseBodyFeature(new WatchedStream(body.Stream, Patience, context.Abort), body);
        context.Features.Set<IHttpResponseBodyFeature>(watched);
        using var stop = lifetime.ApplicationStopping.Register(context.Abort);
        try
        {
            await send();
        }
        finally
        {
            context.Features.Set(body);
            GiveBack(client);
        }
    }

    /// <summary>
    /// Writes the body. If this fails, the status has been sent already, and a truncated file must not look complete.
    /// Therefore the connection is aborted.
    /// </summary>
    public async Task WriteAsync(HttpContext context, Func<Task> write)
    {
        try
        {
            await write();
        }
        catch (Exception failure)
        {
            if (!context.RequestAborted.IsCancellationRequested)
                ApiLog.CutOff(logger, context.Request.Path, failure);
            context.Abort();
        }
    }
}
