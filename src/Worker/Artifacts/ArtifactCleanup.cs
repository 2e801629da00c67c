using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Hosting;

namespace PieService.Worker.Artifacts;

/// <summary>
/// Removes files that are no longer needed: checkpoints of ended runs, unless a branch may still start from them, and
/// models that no run's row refers to.
/// </summary>
public sealed class ArtifactCleanup(
    ArtifactFolder artifacts, IDbContextFactory<PieDbContext> contexts, TimeProvider time,
    ILogger<ArtifactCleanup> logger)
    : RepeatingService(TimeSpan.FromSeconds(10), time)
{
    protected override void Log(Exception failure) => ArtifactLog.NotSwept(logger, failure.Message);

    public override async Task LookAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await db.Database.ExecuteSqlAsync(
            $"DELETE FROM workers WHERE last_beat_at < now() - interval '1 day'", cancellation);
        // The row is changed first, then the files are removed: a row without its files would send a branch to a
        // checkpoint that does not exist.
        await ForgetCheckpointsAsync(db, cancellation);
        await ModelPins.ForgetUnusedAsync(db, cancellation);

        var withFiles = artifacts.RunsWithFiles().ToArray();
        var known = await db.Runs.AsNoTracking().Where(run => withFiles.Contains(run.Id))
            .ToDictionaryAsync(run => run.Id, cancellation);
        foreach (var id in withFiles)
        {
            if (!known.TryGetValue(id, out var run)) artifacts.Remove(id, long.MaxValue);
            else if (run.CheckpointPath is not null || run.State is RunState.Queued or RunState.Running)
                artifacts.RemoveEarlier(run);
            else artifacts.Remove(id, run.LeaseEpoch);
        }
        await RemoveModelsAsync(db, cancellation);
    }

    private async Task RemoveModelsAsync(PieDbContext db, CancellationToken cancellation)
    {
        // The files are read first, then the rows: a file that is written after the files were listed is not
        // considered.
        var files = artifacts.ModelFiles().ToList();
        if (files.Count == 0) return;
        var ids = files.Select(file => file.Lease.RunId).Distinct().ToArray();
        var owners = await db.Runs.Where(run => ids.Contains(run.Id))
            .Select(run => new ModelOwner(run.Id, run.LeaseEpoch, run.State == RunState.Running, run.ModelPath))
            .ToDictionaryAsync(owner => owner.Id, cancellation);
        foreach (var (path, lease) in files)
        {
            if (!owners.TryGetValue(lease.RunId, out var owner) || !owner.Needs(lease, artifacts.Relative(path)))
                File.Delete(path);
        }
    }

    private sealed record ModelOwner(Guid Id, long LeaseEpoch, bool IsRunning, string? Path)
    {
        /// <summary>
        /// The needed files are the file that the row refers to, those that the run may be writing, and those of a
        /// later lease than the one read.
        /// </summary>
        public bool Needs(RunLease lease, string path) =>
            path == Path || (IsRunning ? lease.Epoch >= LeaseEpoch : lease.Epoch > LeaseEpoch);
    }

    /// <summary>
    /// There are two statements, because a sweep that is being submitted locks the trunks that its branches will need:
    /// once it releases them, the second statement finds the branches.
    /// </summary>
    private static async Task ForgetCheckpointsAsync(PieDbContext db, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var ended = await db.Database.SqlQuery<Guid>($"""
            SELECT id AS "Value" FROM runs WHERE checkpoint_path IS NOT NULL
                AND state IN ('succeeded', 'failed', 'cancelled') ORDER BY id FOR UPDATE SKIP LOCKED
            """).ToListAsync(cancellation);
        if (ended.Count == 0) return;
        await db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET checkpoint_path = NULL, checkpoint_sha256 = NULL, checkpoint_epochs = NULL,
                checkpoint_store = NULL
            WHERE id = ANY({ended.ToArray()})
                AND NOT EXISTS (SELECT 1 FROM runs AS branch WHERE branch.trunk_run_id = runs.id
                    AND branch.state IN ('queued', 'running'))
            """, cancellation);
        await transaction.CommitAsync(cancellation);
    }
}
