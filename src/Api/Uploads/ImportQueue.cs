using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Mvc;
using Npgsql;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Storage;

namespace PieService.Api.Uploads;

/// <summary>Reads uploads in the background, one after the other, because each needs a disk and a core.</summary>
public sealed class ImportQueue(ImportRows rows, TimeProvider time, ILogger<ImportQueue> logger) : BackgroundService
{
    /// <summary>The largest number of waiting imports: their files are on the disk of this machine.</summary>
    public const int MaxWaiting = 16;

    public const int RetryAfterSeconds = 30;

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan BetweenCleanUps = TimeSpan.FromSeconds(10);

    private readonly Channel<ImportJob> waiting = Channel.CreateUnbounded<ImportJob>();
    private readonly ConcurrentDictionary<Guid, ImportJob> owned = new();

    /// <summary>Takes ownership of the job and its files in every case.</summary>
    /// <returns>False if too many imports wait, or the service is stopping.</returns>
    public async Task<bool> TryAddAsync(ImportJob job, CancellationToken cancellation)
    {
        try
        {
            // Counts running and waiting imports; a few too many that arrive at the same moment do no harm.
            if (owned.Values.Count(waits => !waits.Cancelled.IsCancellationRequested) > MaxWaiting)
            {
                job.Dispose();
                return false;
            }
            await rows.AddAsync(job, cancellation);
        }
        catch
        {
            job.Dispose();
            throw;
        }
        owned[job.Id] = job;
        if (waiting.Writer.TryWrite(job)) return true;
        // The service is stopping, and nothing reads the queue any more.
        owned.TryRemove(job.Id, out _);
        job.Dispose();
        await rows.InterruptAsync([job.Id], CancellationToken.None);
        return false;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.WhenAll(WorkAsync(stoppingToken), BeatAsync(stoppingToken));
        waiting.Writer.Complete();
        await EndAsync(() => rows.InterruptAsync([.. owned.Keys], CancellationToken.None), CancellationToken.None);
        foreach (var job in owned.Values) job.Dispose();
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var job in waiting.Reader.ReadAllAsync(stopping))
            {
                try
                {
                    await ImportAsync(job, stopping);
                }
                catch (Exception failure) when (!stopping.IsCancellationRequested)
                {
                    // Keep the queue alive; this import will be marked lost when its heartbeat stops.
                    ImportLog.Failed(logger, job.Id, failure);
                }
                owned.TryRemove(job.Id, out _);
                job.Dispose();
            }
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // What is cancelled may throw any exception. ExecuteAsync then records that the imports which this process
            // still owns were interrupted.
        }
    }

    private async Task ImportAsync(ImportJob job, CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, job.Cancelled);
        try
        {
            if (!await rows.StartAsync(job.Id, either.Token)) return;
            var refusal = await Task.Run(
                () => job.RunAsync((db, stored) => ImportRows.SucceedAsync(db, job.Id, stored), either.Token),
                either.Token);
            if (refusal is not null) await FailAsync(job, refusal, stopping);
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            await EndAsync(() => rows.EndCancelledAsync(job.Id, stopping), stopping);
        }
        catch (Exception failure) when (!stopping.IsCancellationRequested)
        {
            ImportLog.Failed(logger, job.Id, failure);
            await FailAsync(job, ProblemOf(job, failure), stopping);
        }
    }

    private static ProblemDetails ProblemOf(ImportJob job, Exception failure) =>
        DatabaseOutage.IsCauseOf(failure) ? new ProblemDetails
        {
            Title = "The import was interrupted.",
            Status = 503,
            Detail = "The database was not reachable, and nothing of the import was stored. Send it again, "
                + "with a new Idempotency-Key if it had one.",
        }
        : failure.GetBaseException() is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation }
            ? new ProblemDetails
            {
                Title = "The dataset or the sweep has changed.",
                Status = 409,
                Detail = "A dataset or sweep that the import refers to was deleted while its files were read, and "
                    + "nothing was stored.",
            }
        : new ProblemDetails
        {
            Title = "The service failed.",
            Status = 500,
            Detail = "The service failed, and nothing of the import was stored. The log of the service has "
                + $"the cause under the id of the import, {job.Id}.",
        };

    private Task FailAsync(ImportJob job, ProblemDetails problem, CancellationToken stopping)
    {
        problem.Type ??= "about:blank";
        problem.Instance = ImportResponse.LocationOf(job.Id);
        return EndAsync(
            () => rows.FailAsync(job.Id, JsonSerializer.Serialize(problem, Json.Options), stopping), stopping);
    }

    /// <summary>
    /// Writes how the import ended, with retries while the database is not reachable. After 30 s without a heartbeat
    /// another instance marks the import as lost.
    /// </summary>
    private async Task EndAsync(Func<Task> end, CancellationToken stopping)
    {
        for (var attempt = 0; attempt < 30; attempt++)
        {
            try
            {
                await end();
                return;
            }
            catch (Exception outage) when (DatabaseOutage.IsCauseOf(outage))
            {
                if (stopping.IsCancellationRequested) return;
                await Task.Delay(Beat, time, stopping);
            }
        }
    }

    private async Task BeatOwnedAsync(CancellationToken stopping)
    {
        foreach (var (id, state) in await rows.BeatAsync([.. owned.Values], stopping))
        {
            if (!owned.TryGetValue(id, out var job)) continue;
            job.Cancel();
            // It will not start: its files need not wait for its turn in the queue.
            if (state == ImportState.Cancelled && owned.TryRemove(id, out _)) job.Dispose();
        }
    }

    private async Task BeatAsync(CancellationToken stopping)
    {
        using var tick = new PeriodicTimer(Beat, time);
        var cleanedAt = time.GetTimestamp();
        try
        {
            while (await tick.WaitForNextTickAsync(stopping))
            {
                try
                {
                    if (!owned.IsEmpty) await BeatOwnedAsync(stopping);
                    if (time.GetElapsedTime(cleanedAt) < BetweenCleanUps) continue;
                    await rows.CleanUpAsync(stopping);
                    cleanedAt = time.GetTimestamp();
                }
                catch (Exception failure) when (!stopping.IsCancellationRequested)
                {
                    // The next heartbeat follows.
                    if (!DatabaseOutage.IsCauseOf(failure)) ImportLog.BeatFailed(logger, failure);
                }
            }
        }
        catch (Exception) when (stopping.IsCancellationRequested)
        {
            // The service is stopping, and what is cancelled may throw any exception.
        }
    }
}
