using Microsoft.EntityFrameworkCore;
using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Sweeps;

/// <summary>What a run needs of the worker that trains it.</summary>
/// <param name="Device">The type of device that may train it.</param>
/// <param name="Vectors">The name of its word vectors; null for none.</param>
/// <param name="Checkpoint">The name of its pretrained checkpoint; null for none.</param>
public sealed record RunNeed(DeviceWish Device, string? Vectors, string? Checkpoint)
{
    /// <summary>Whether a worker has all of it.</summary>
    public bool IsMetBy(WorkerBeat worker) =>
        IsDeviceOf(worker)
        && (Vectors is null || worker.Vectors.Contains(Vectors))
        && (Checkpoint is null || worker.Checkpoints.Contains(Checkpoint));

    /// <summary>Whether a worker trains on the type of device.</summary>
    public bool IsDeviceOf(WorkerBeat worker) => Device == DeviceWish.Any || worker.DeviceType == Wire.Name(Device);

    /// <summary>The different needs of the queued runs of each of some sweeps.</summary>
    public static async Task<ILookup<Guid, RunNeed>> OfQueuedAsync(
        PieDbContext db, IQueryable<Sweep> sweeps, CancellationToken cancellation)
    {
        var needs = await (
            from run in db.Runs
            where run.State == RunState.Queued
            join link in db.SweepRuns on run.Id equals link.RunId
            join sweep in sweeps on link.SweepId equals sweep.Id
            select new { link.SweepId, run.DeviceWish, run.Vectors, run.Checkpoint })
            .Distinct().ToListAsync(cancellation);
        return needs.ToLookup(
            need => need.SweepId, need => new RunNeed(need.DeviceWish, need.Vectors, need.Checkpoint));
    }
}
