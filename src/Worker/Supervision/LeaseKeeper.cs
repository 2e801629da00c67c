using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using PieService.Domain;
using PieService.Domain.Storage;
using PieService.Worker.Machines;
using PieService.Worker.Resources;
using PieService.Worker.Trainers;

namespace PieService.Worker.Supervision;

/// <summary>
/// Sends the heartbeats of this worker to the database, extends its leases, and reads which of its runs must stop.
/// While the database is unavailable, training continues: only the database can decide that a lease is lost. This class
/// is not a RepeatingService: a heartbeat that failed is due again at the next check, and at the end the class removes
/// the worker from the table of workers.
/// </summary>
public sealed class LeaseKeeper(
    RunLeases leases, LeaseSettings settings, WorkerIdentity worker, WorkerSettings workerSettings,
    ProvenArithmetic arithmetic, ResourceGuard guard, SlotRecovery recovery, ModelInventory inventory,
    DeviceWatch devices, IDbContextFactory<PieDbContext> contexts, TimeProvider time, IHostApplicationLifetime lifetime,
    ILogger<LeaseKeeper> logger) : BackgroundService
{
    /// <summary>A cancelled or paused run stops within this time.</summary>
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    // Keyed by lease and not by run: another slot of this worker may have claimed a run whose loss this slot has not
    // noticed.
    private readonly Dictionary<RunLease, HeldRun> held = [];

    /// <summary>The number of runs that this worker holds at the moment.</summary>
    public int HeldRuns
    {
        get
        {
            lock (held) return held.Count;
        }
    }

    public HeldRun Hold(RunLease lease)
    {
        var run = new HeldRun(lease, Release);
        lock (held) held[lease] = run;
        if (lifetime.ApplicationStopping.IsCancellationRequested) run.Stop(StopReason.WorkerStopping);
        return run;
    }

    private void Release(HeldRun run)
    {
        lock (held) held.Remove(run.Lease);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using var stopping = lifetime.ApplicationStopping.Register(() =>
        {
            foreach (var run in Snapshot()) run.Stop(StopReason.WorkerStopping);
        });
        using var timer = new PeriodicTimer(Look, time);
        var lastBeat = time.GetTimestamp();
        await TryAsync(BeatAsync, stoppingToken);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                var due = time.GetElapsedTime(lastBeat) >= settings.Beat;
                if (await TryAsync(due ? BeatAsync : LookAsync, stoppingToken) && due) lastBeat = time.GetTimestamp();
            }
        }
        finally
        {
            await TryAsync(LeaveAsync, CancellationToken.None);
        }
    }

    private async Task BeatAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO workers (id, machine, slots, device, short_of, vectors, checkpoints, models, arithmetic,
                device_type, devices, versions, started_at, last_beat_at)
            VALUES ({worker.Id}, {worker.Machine}, {(arithmetic.Problem is null ? workerSettings.Slots : 0)},
                {workerSettings.DeviceNames}, {guard.ShortOf ?? recovery.Problem}, {inventory.Vectors()},
                {inventory.Checkpoints()},
                {Json.Write(inventory.Models)}::jsonb, {Json.Write(arithmetic.Reports)}::jsonb,
                {workerSettings.DeviceType}, {Json.Write(devices.Devices)}::jsonb, {WorkerVersions.Text},
                now(), now())
            ON CONFLICT (id) DO UPDATE SET last_beat_at = now(), short_of = excluded.short_of,
                devices = excluded.devices,
                vectors = excluded.vectors, checkpoints = excluded.checkpoints, models = excluded.models
            """, cancellation);
        var runs = Snapshot();
        await leases.BeatAsync([.. runs.Select(run => run.Lease)], cancellation);
        Apply(runs, await leases.LookAsync([.. runs.Select(run => run.Lease)], cancellation));
    }

    private async Task LookAsync(CancellationToken cancellation)
    {
        var runs = Snapshot();
        if (runs.Count > 0) Apply(runs, await leases.LookAsync([.. runs.Select(run => run.Lease)], cancellation));
    }

    private async Task LeaveAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.Workers.Where(row => row.Id == worker.Id).ExecuteDeleteAsync(cancellation);
    }

    private static void Apply(List<HeldRun> runs, IReadOnlyList<HeldLease> answers)
    {
        var ours = answers.ToDictionary(answer => new RunLease(answer.RunId, answer.Epoch));
        foreach (var run in runs)
        {
            if (!ours.TryGetValue(run.Lease, out var answer)) run.Stop(StopReason.LeaseLost);
            else if (answer.CancelRequested) run.Stop(StopReason.CancelRequested);
            else if (answer.PauseRequested) run.Stop(StopReason.PauseRequested);
        }
    }

    private List<HeldRun> Snapshot()
    {
        lock (held) return [.. held.Values];
    }

    private async Task<bool> TryAsync(Func<CancellationToken, Task> talk, CancellationToken cancellation)
    {
        try
        {
            await talk(cancellation);
            return true;
        }
        catch (Exception away) when (DatabaseOutage.IsCauseOf(away))
        {
            WorkerLog.DatabaseAway(logger, away.Message);
            return false;
        }
    }
}
