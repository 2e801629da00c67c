using System.Globalization;
using System.Net.ServerSentEvents;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Domain;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Events;

/// <summary>
/// The events of a sweep after a number, and then each as it is written, as text/event-stream; ends when the sweep has. Between
/// two looks it holds no connection, and while the database is away it waits: a browser would not come back after an error.
/// </summary>
public sealed class SweepEventStream(Guid sweepId, int after, EventStreams streams, string client) : IResult
{
    private const int BatchSize = 500;
    private const int ReconnectMilliseconds = 2000;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    /// <summary>Proxies close what is silent for long, often after 30 or 60 s.</summary>
    private static readonly TimeSpan BetweenBeats = TimeSpan.FromSeconds(15);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (services, response) = (httpContext.RequestServices, httpContext.Response);
        var (contexts, time) = (services.GetRequiredService<IDbContextFactory<PieDbContext>>(), services.GetRequiredService<TimeProvider>());
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            httpContext.RequestAborted, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        // Understood by nginx: pass each event on at once.
        response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            if (RequestForm.IsForHead(httpContext)) return;
            await SendAsync(response, $"retry: {ReconnectMilliseconds}\n\n", end.Token);
            var (last, sent) = (after, time.GetTimestamp());
            while (true)
            {
                var look = await LookAsync(contexts, last, end.Token);
                if (look.Events is [.., var newest])
                {
                    await SseFormatter.WriteAsync(look.Events.Select(Item).ToAsyncEnumerable(), response.Body, end.Token);
                    await response.Body.FlushAsync(end.Token);
                    (last, sent) = (newest.Number, time.GetTimestamp());
                }
                if (look.IsOver) return;
                if (look.Events.Count == BatchSize) continue;
                if (time.GetElapsedTime(sent) > BetweenBeats)
                {
                    await SendAsync(response, ": the service is there\n\n", end.Token);
                    sent = time.GetTimestamp();
                }
                await Task.Delay(BetweenLooks, time, end.Token);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client has gone, or the service stops: the client comes back with the last id that it saw.
        }
        finally
        {
            streams.GiveBack(client);
        }
    }

    private async Task<Look> LookAsync(IDbContextFactory<PieDbContext> contexts, int last, CancellationToken cancellation)
    {
        try
        {
            await using var db = await contexts.CreateDbContextAsync(cancellation);
            var events = await db.SweepEvents.Where(told => told.SweepId == sweepId && told.Number > last)
                .OrderBy(told => told.Number).Take(BatchSize).AsNoTracking().ToListAsync(cancellation);
            return new Look(events, events.Count == 0 && await IsOverAsync(db, sweepId, last, cancellation));
        }
        catch (Exception away) when (DatabaseOutage.IsCauseOf(away))
        {
            return new Look([], IsOver: false);
        }
    }

    private sealed record Look(IReadOnlyList<SweepEvent> Events, bool IsOver);

    /// <summary>Whether nothing will come after this number: the sweep's end was told, or it was deleted.</summary>
    public static async Task<bool> IsOverAsync(PieDbContext db, Guid sweepId, int last, CancellationToken cancellation)
    {
        var told = await db.Database.SqlQuery<string>($"""
            SELECT data ->> 'state' AS "Value" FROM sweep_events WHERE sweep_id = {sweepId} AND type <> 'comparison' ORDER BY number DESC LIMIT 1
            """).ToListAsync(cancellation);
        if (told is not [var text]) return !await db.Sweeps.AnyAsync(sweep => sweep.Id == sweepId, cancellation);
        var end = Wire.Parse<SweepState>(text);
        if (!end.IsFinal()) return false;

        // Is it still so? A sweep whose failed runs were just queued again goes on.
        var now = await db.SweepProgress.Where(row => row.SweepId == sweepId).Select(row => (SweepState?)row.State).SingleOrDefaultAsync(cancellation);
        return now is null || now == end && !await db.SweepEvents.AnyAsync(later => later.SweepId == sweepId && later.Number > last, cancellation);
    }

    private static SseItem<string> Item(SweepEvent told) =>
        new(told.Data, Wire.Name(told.Type)) { EventId = told.Number.ToString(CultureInfo.InvariantCulture) };

    /// <summary>Comments and the pause before a reconnection, which the library writes only as parts of an event.</summary>
    private static async Task SendAsync(HttpResponse response, string text, CancellationToken cancellation)
    {
        await response.WriteAsync(text, cancellation);
        await response.Body.FlushAsync(cancellation);
    }
}
