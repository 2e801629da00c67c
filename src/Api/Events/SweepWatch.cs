using Microsoft.EntityFrameworkCore;
using PieService.Domain;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;
using PieService.Hosting;

namespace PieService.Api.Events;

/// <summary>
/// Writes the events of sweeps and the webhook messages about their ends; no other code does. It compares the current
/// rows with the last event (docs/decisions/0011-events-are-what-a-look-finds.md), so it has no state in memory, and
/// any instance may run it.
/// </summary>
public sealed class SweepWatch(
    IDbContextFactory<PieDbContext> contexts, RowChanges changes, TimeProvider time, ILogger<SweepWatch> logger)
    : RepeatingService(ShortestPause, time)
{
    /// <summary>
    /// The longest time between two checks. Every event follows from a change of a row, which causes a check earlier.
    /// </summary>
    private static readonly TimeSpan SlowPoll = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan ShortestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(10);

    private readonly Bell bell =
        changes.BellFor(ChangeTopics.Runs, ChangeTopics.Epochs, ChangeTopics.Sweeps, ChangeTopics.Labels);

    protected override void Log(Exception failure) => EventLog.Interrupted(logger, failure.Message);

    protected override TimeSpan PauseAfter(TimeSpan look) => CheckPause.After(look, ShortestPause, LongestPause);

    protected override async Task PauseAsync(TimeSpan pause, CancellationToken stoppingToken)
    {
        await base.PauseAsync(pause, stoppingToken);
        await bell.WaitAsync(SlowPoll - pause, stoppingToken);
    }

    /// <summary>
    /// Appends the events since the last call and stores the totals of sweeps whose runs have ended; does nothing while
    /// another instance is doing so.
    /// </summary>
    public override async Task LookAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        Guid[] open;
        await using (var transaction = await db.Database.BeginTransactionAsync(cancellation))
        {
            if (!await AdvisoryLocks.TryTakeAsync(db, AdvisoryLocks.SweepWatch, cancellation)) return;
            (open, var ended) = await AppendAsync(db, await WatchedAsync(db, cancellation), cancellation);
            await transaction.CommitAsync(cancellation);
            foreach (var (sweep, state) in ended) EventLog.Ended(logger, sweep, state);
        }
        var settled = await SettledSweeps.WithoutTotalsAsync(db, open, cancellation);
        foreach (var sweep in settled) await SettledSweeps.StoreAsync(db, sweep, cancellation);
        // There may be more, as after an upgrade: they are stored in the next look, which is soon.
        if (settled.Count == SettledSweeps.AtOnce) bell.Ring();
    }

    /// <returns>The sweeps with queued or running runs, and those that have ended with these events.</returns>
    private static async Task<(Guid[] Open, List<(Guid Sweep, SweepState State)> Ended)> AppendAsync(
        PieDbContext db, List<WatchedSweep> watched, CancellationToken cancellation)
    {
        if (watched.Count == 0) return ([], []);
        var ids = watched.Select(sweep => sweep.Id).ToArray();
        var progress = await db.SweepProgress.Where(row => ids.Contains(row.SweepId))
            .ToDictionaryAsync(row => row.SweepId, cancellation);
        // The labels are read after the progress and reported before it, so that a client that learns of a sweep's
        // success has received all of its comparisons.
        var labelled = (await NewlyLabelledAsync(db, ids, cancellation)).ToLookup(comparison => comparison.SweepId);
        var ended = new List<(Guid Sweep, SweepState State)>();
        foreach (var sweep in watched)
        {
            if (!progress.TryGetValue(sweep.Id, out var now)) continue;
            var added = labelled[sweep.Id].Select(NextSweepEvent.Of).ToList();
            var last = NextSweepEvent.ReadLast(sweep.LastState, sweep.LastProgress);
            if (NextSweepEvent.Of(last, now) is { } step) added.Add(step);
            if (added.Count == 0 || !await AppendAsync(db, sweep, added, cancellation)) continue;
            if (!now.State.IsFinal() || now.State == last?.State) continue;
            await SweepEndedMessage.AskAsync(
                db, sweep, now, eventNumber: sweep.LastNumber + added.Count, cancellation);
            ended.Add((sweep.Id, now.State));
        }
        return (
            [.. progress.Values.Where(now => now.RunsQueued + now.RunsRunning > 0).Select(now => now.SweepId)], ended);
    }

    /// <summary>
    /// Returns the sweeps that may have new events: those whose last event is not an end, and those that have ended,
    /// but whose runs are queued or running again, or have ended again since, or whose comparisons are due to be or
    /// were labelled again. A sweep whose cancellation was reported has no further events.
    /// </summary>
    private static Task<List<WatchedSweep>> WatchedAsync(PieDbContext db, CancellationToken cancellation) =>
        db.Database.SqlQuery<WatchedSweep>($"""
            SELECT sweeps.id, sweeps.name, sweeps.dataset_id, coalesce(last.number, 0) AS last_number,
                reported.data ->> 'state' AS last_state, (reported.data -> 'progress')::text AS last_progress
            FROM sweeps
            LEFT JOIN LATERAL (
                SELECT number, at FROM sweep_events WHERE sweep_id = sweeps.id ORDER BY number DESC
                    LIMIT 1) AS last ON true
            LEFT JOIN LATERAL (
                SELECT data FROM sweep_events WHERE sweep_id = sweeps.id AND type <> 'comparison' ORDER BY number DESC
                    LIMIT 1) AS reported ON true
            WHERE reported.data IS NULL OR reported.data ->> 'state' NOT IN ('succeeded', 'failed', 'cancelled')
                OR reported.data ->> 'state' <> 'cancelled' AND (
                    sweeps.id IN (
                        SELECT link.sweep_id FROM runs JOIN sweep_runs AS link ON link.run_id = runs.id
                            WHERE runs.state IN ('queued', 'running'))
                    OR reported.data ->> 'state' = 'failed' AND EXISTS (
                        SELECT 1 FROM sweep_runs AS link JOIN runs ON runs.id = link.run_id
                            WHERE link.sweep_id = sweeps.id AND runs.finished_at > last.at)
                    OR EXISTS (
                        SELECT 1 FROM comparisons WHERE sweep_id = sweeps.id
                            AND (labelling_failed_at IS NULL AND NOT pie_is_labelled(labelling_asked_at, labelled_at)
                                OR labelled_at > last.at)))
            ORDER BY sweeps.id
            """).ToListAsync(cancellation);

    private static Task<List<Domain.Pies.Comparison>> NewlyLabelledAsync(
        PieDbContext db, Guid[] sweeps, CancellationToken cancellation) =>
        db.Comparisons.FromSql($"""
            SELECT * FROM comparisons
            WHERE sweep_id = ANY({sweeps}) AND labelled_at IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM sweep_events AS event
                WHERE event.sweep_id = comparisons.sweep_id AND event.type = 'comparison'
                    AND event.data ->> 'id' = comparisons.id::text
                        AND (event.data ->> 'labelledAt')::timestamptz = comparisons.labelled_at)
            """).OrderBy(comparison => comparison.LabelledAt).ThenBy(comparison => comparison.Ordinal).AsNoTracking()
            .ToListAsync(cancellation);

    /// <returns>False if the sweep was deleted in the meantime.</returns>
    private static async Task<bool> AppendAsync(
        PieDbContext db, WatchedSweep sweep, List<NewEvent> added, CancellationToken cancellation)
    {
        var (types, data) =
            (added.Select(one => Wire.Name(one.Type)).ToArray(), added.Select(one => one.Data).ToArray());
        // clock_timestamp() and not now(), which is the start of this transaction: a comparison may have been labelled
        // since.
        return await db.Database.ExecuteSqlAsync($"""
            INSERT INTO sweep_events (sweep_id, number, at, type, data)
            SELECT sweep.id, {sweep.LastNumber} + added.place, clock_timestamp(), added.type, added.data::jsonb
            FROM (SELECT id FROM sweeps WHERE id = {sweep.Id} FOR KEY SHARE) AS sweep,
                unnest({types}, {data}) WITH ORDINALITY AS added(type, data, place)
            """, cancellation) > 0;
    }
}

/// <param name="LastNumber">The number of its last event; 0 if there is none yet.</param>
/// <param name="LastState">
/// The state in its last event of the type state or progress; null if there is none yet.
/// </param>
/// <param name="LastProgress">The progress in the same event, as JSON.</param>
public sealed record WatchedSweep(
    Guid Id, string Name, Guid DatasetId, int LastNumber, string? LastState, string? LastProgress);
