using Microsoft.EntityFrameworkCore;
using PieService.Api.Sweeps;
using PieService.Domain;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Events;

/// <summary>The message that every webhook receives when a sweep has ended.</summary>
/// <param name="Type">The type of the message: sweep.ended.</param>
/// <param name="Timestamp">The time at which the sweep ended.</param>
public sealed record SweepEndedMessage(string Type, DateTimeOffset Timestamp, SweepEndedData Data)
{
    /// <summary>
    /// Inserts one message for each webhook. This runs in the transaction that writes the event, so that neither exists
    /// without the other.
    /// </summary>
    public static Task<int> AskAsync(
        PieDbContext db, WatchedSweep sweep, SweepProgress now, int eventNumber, CancellationToken cancellation)
    {
        var body = Json.Write(new SweepEndedMessage("sweep.ended", now.FinishedAt!.Value, new SweepEndedData(
            sweep.Id, sweep.Name, now.State, sweep.DatasetId, ProgressResponse.Of(now), $"/api/v1/sweeps/{sweep.Id}")));
        return db.Database.ExecuteSqlAsync($"""
            INSERT INTO webhook_deliveries (id, webhook_id, sweep_id, event_number, body, attempts)
            SELECT gen_random_uuid(), id, {sweep.Id}, {eventNumber}, {body}, 0 FROM webhooks FOR KEY SHARE
            """, cancellation);
    }
}

/// <param name="Url">The path of the sweep in this API.</param>
public sealed record SweepEndedData(
    Guid SweepId, string Name, SweepState State, Guid DatasetId, ProgressResponse Progress, string Url);
