using System.Globalization;
using System.Net.ServerSentEvents;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Domain;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;
using PieService.Hosting;

namespace PieService.Api.Events;

/// <summary>
/// Sends the events of a sweep after a number, and then each new event, as text/event-stream; ends when the sweep has
/// ended. Between two queries it holds no connection. While the database is not reachable it waits, because a browser
/// does not reconnect after an error.
/// </summary>
public sealed class SweepEventStream(Guid sweepId, int after, EventStreams streams, string client) : IResult
{
    private const int BatchSize = 500;
    private const int ReconnectMilliseconds = 2000;

    /// <summary>The longest time between two queries; the notification of an event causes one earlier.</summary>
    private static readonly TimeSpan SlowPoll = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The interval of keep-alive comments: proxies close an idle connection, often after 30 or 60 s.
    /// </summary>
    private static readonly TimeSpan BetweenBeats = TimeSpan.FromSeconds(15);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (services, response) = (httpContext.RequestServices, httpContext.Response);
        var (contexts, time) =
            (services.GetRequiredService<IDbContextFactory<PieDbContext>>(),
                services.GetRequiredService<TimeProvider>());
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            httpContext.RequestAborted, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        // With this header nginx passes each event on at once.
        response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            if (RequestForm.IsForHead(httpContext)) return;
            await SendAsync(response, $"retry: {ReconnectMilliseconds}\n\n", end.Token);
            var (last, sent) = (after, time.GetTimestamp());
            using var bell =
                services.GetRequiredService<RowChanges>().BellFor(ChangeTopics.Events, ChangeTopics.Sweeps);
            while (true)
            {
                var look = await LookAsync(contexts, last, end.Token);
                if (look.Events is [.., var newest])
                {
                    await SseFormatter.WriteAsync(
                        look.Events.Select(Item).ToAsyncEnumerable(), response.Body, end.Token);
                    await response.Body.FlushAsync(end.Token);
                    (last, sent) = (newest.Number, time.GetTimestamp());
                    // Further events may exist, or this was the last one.
                    continue;
                }
                if (look.IsOver) return;
                if (time.GetElapsedTime(sent) > BetweenBeats)
                {
                    await SendAsync(response, ": keep-alive\n\n", end.Token);
                    sent = time.GetTimestamp();
                }
                await bell.WaitAsync(SlowPoll, end.Token);
            }
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client has disconnected, or the service is stopping. The client reconnects with the id of the last
            // event that it received.
        }
        finally
        {
            streams.GiveBack(client);
        }
    }

    private async Task<Look> LookAsync(
        IDbContextFactory<PieDbContext> contexts, int last, CancellationToken cancellation)
    {
        try
        {
            await using var db = await contexts.CreateDbContextAsync(cancellation);
            var events = await db.SweepEvents.Where(entry => entry.SweepId == sweepId && entry.Number > last)
                .OrderBy(entry => entry.Number).Take(BatchSize).AsNoTracking().ToListAsync(cancellation);
            return new Look(events, events.Count == 0 && await IsOverAsync(db, sweepId, last, cancellation));
        }
        catch (Exception away) when (DatabaseOutage.IsCauseOf(away))
        {
            return new Look([], IsOver: false);
        }
    }

    private sealed record Look(IReadOnlyList<SweepEvent> Events, bool IsOver);

    /// <summary>
    /// Whether no event will follow this number: the end of the sweep was the last event, or the sweep was deleted.
    /// </summary>
    public static async Task<bool> IsOverAsync(PieDbContext db, Guid sweepId, int last, CancellationToken cancellation)
    {
        var entry = await db.Database.SqlQuery<string>($"""
            SELECT data ->> 'state' AS "Value" FROM sweep_events WHERE sweep_id = {sweepId} AND type <> 'comparison'
                ORDER BY number DESC LIMIT 1
            """).ToListAsync(cancellation);
        if (entry is not [var text]) return !await db.Sweeps.AnyAsync(sweep => sweep.Id == sweepId, cancellation);
        var end = Wire.Parse<SweepState>(text);
        if (!end.IsFinal()) return false;

        // The state is read again: a sweep whose failed runs were just queued again has not ended.
        var now = await db.SweepProgress.Where(row => row.SweepId == sweepId).Select(row => (SweepState?)row.State)
            .SingleOrDefaultAsync(cancellation);
        return now is null || now == end && !await db.SweepEvents.AnyAsync(
            later => later.SweepId == sweepId && later.Number > last, cancellation);
    }

    private static SseItem<string> Item(SweepEvent entry) =>
        new(entry.Data, Wire.Name(entry.Type)) { EventId = entry.Number.ToString(CultureInfo.InvariantCulture) };

    /// <summary>
    /// Sends comments and the reconnection time, which the framework's writer supports only as parts of an event.
    /// </summary>
    private static async Task SendAsync(HttpResponse response, string text, CancellationToken cancellation)
    {
        await response.WriteAsync(text, cancellation);
        await response.Body.FlushAsync(cancellation);
    }
}
