using Microsoft.EntityFrameworkCore;
using PieService.Domain.Runs;

namespace PieService.Domain.Storage;

/// <summary>
/// Stores the totals of sweeps whose runs have ended (<see cref="Sweeps.SweepTotals"/>). The triggers of Initial.sql
/// delete them with the first change of a run.
/// </summary>
/// <remarks>
/// The totals are at any time what counting would give. The transaction that stores them locks the sweep and each of
/// its runs, and counts afterwards. So a change that was committed before is counted; while one is not committed yet,
/// nothing is stored; and one that comes later waits, after which its trigger finds the totals and deletes them. A link
/// to a further run waits too, since its foreign key needs a lock of the sweep. A link is deleted only with its run or
/// its sweep, whose row is then locked. This holds as long as no code changes a link, whose locks are weaker, or the
/// predictions of a run without changing the run.
/// </remarks>
public static class SettledSweeps
{
    /// <summary>The events of other sweeps wait while these are counted.</summary>
    public const int AtOnce = 10;

    /// <summary>Some sweeps without totals whose runs and trunks have ended.</summary>
    /// <param name="open">Sweeps whose runs have not ended, as far as this is known.</param>
    public static Task<List<Guid>> WithoutTotalsAsync(PieDbContext db, Guid[] open, CancellationToken cancellation) =>
        db.Sweeps.Where(sweep => !open.Contains(sweep.Id)
                && !db.SweepTotals.Any(totals => totals.SweepId == sweep.Id)
                && !db.SweepRuns.Any(link => link.SweepId == sweep.Id && db.Runs.Any(run => run.Id == link.RunId
                    && (run.State == RunState.Queued || run.State == RunState.Running
                        || db.Runs.Any(trunk => trunk.Id == run.TrunkRunId
                            && (trunk.State == RunState.Queued || trunk.State == RunState.Running))))))
            .OrderBy(sweep => sweep.Id).Select(sweep => sweep.Id).Take(AtOnce).ToListAsync(cancellation);

    /// <summary>
    /// Stores the totals of a sweep, unless a run of it or the trunk of one is queued or running, or another
    /// transaction is changing one.
    /// </summary>
    public static async Task StoreAsync(PieDbContext db, Guid sweepId, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var isOwn = await db.Database.SqlQuery<int>(
            $"""SELECT 1 AS "Value" FROM sweeps WHERE id = {sweepId} FOR UPDATE SKIP LOCKED""")
            .ToListAsync(cancellation);
        if (isOwn.Count == 0) return;
        var haveEnded = await db.Database.SqlQuery<bool>($"""
            WITH needed AS (
                SELECT run_id AS id FROM sweep_runs WHERE sweep_id = {sweepId}
                UNION
                SELECT trunk.id FROM sweep_runs AS link JOIN runs ON runs.id = link.run_id
                    JOIN runs AS trunk ON trunk.id = runs.trunk_run_id
                WHERE link.sweep_id = {sweepId}),
            locked AS (
                SELECT state FROM runs WHERE id IN (SELECT id FROM needed) FOR SHARE SKIP LOCKED)
            SELECT count(*) = (SELECT count(*) FROM needed)
                AND coalesce(bool_and(state NOT IN ('queued', 'running')), true) AS "Value"
            FROM locked
            """).ToListAsync(cancellation);
        if (!haveEnded.Single()) return;
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO sweep_totals (sweep_id, runs, succeeded, failed, cancelled, epochs_total, epochs_done,
                epochs_shared, started_at, finished_at, predictions)
            SELECT sweep_id, total, succeeded, failed, cancelled, coalesce(epochs_total, 0), coalesce(epochs_done, 0),
                coalesce(epochs_shared, 0), started_at, finished_at, (
                    SELECT coalesce(jsonb_object_agg(split, examples), jsonb_build_object())
                    FROM (SELECT packed.split, sum(packed.examples) AS examples
                        FROM sweep_runs AS link JOIN run_predictions AS packed ON packed.run_id = link.run_id
                        WHERE link.sweep_id = {sweepId} GROUP BY packed.split) AS predicted)
            FROM counted_runs WHERE sweep_id = {sweepId}
            ON CONFLICT (sweep_id) DO NOTHING
            """, cancellation);
        await transaction.CommitAsync(cancellation);
    }
}
