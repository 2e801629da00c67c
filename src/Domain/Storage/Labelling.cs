using Microsoft.EntityFrameworkCore;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets.Texts;
using PieService.Domain.Pies;

namespace PieService.Domain.Storage;

/// <summary>
/// The only code that writes <see cref="Comparison.LabellingAskedAt"/>, <see cref="Comparison.LabelledAt"/> and what is
/// known of failed attempts.
/// </summary>
/// <remarks>
/// <para>The protocol, by the columns of a comparison:</para>
/// <list type="number">
/// <item><see cref="AskAsync"/>, by the code that ends a run, in the transaction that ends it: labelling_asked_at
/// becomes null, and all attempts are available. A new comparison begins in this state.</item>
/// <item><see cref="TakeDueAsync"/>, by the dispatcher: where labelling_asked_at is null and the runs allow it,
/// labelling_asked_at becomes the present time, and a message is sent. A message may be lost, so a comparison that is
/// not labelled within <see cref="MessageLifetime"/> is due again, unless the message may still be in the
/// queue.</item>
/// <item><see cref="BeginAsync"/>, by the worker that has the message: it counts the attempt, so that a labelling that
/// kills its worker is counted too. It takes the comparison's lock, which keeps a second delivery waiting, and only
/// then reads runs.</item>
/// <item><see cref="DoneAsync"/>, in the same transaction as the labels: labelled_at becomes the present time. If a
/// second message was sent after the runs were read, because of a run that ended, the labels are not those that it asks
/// for: labelled_at becomes the time at which the runs were read.</item>
/// <item>Or <see cref="FailAsync"/>: labelling_error has the reason, and labelling_asked_at becomes the present time,
/// unless a run that ended meanwhile has made it null. The comparison is due again after a pause from then on, which
/// doubles with each attempt. After <see cref="MostAttempts"/> labelling_failed_at is set, and nothing happens until
/// <see cref="AskAsync"/> or <see cref="RetryAsync"/>.</item>
/// </list>
/// <para>
/// The labels are those of the runs as they are now where labelled_at is not before labelling_asked_at
/// (<c>pie_is_labelled</c> in SQL). A run that ends while a comparison is being labelled sets labelling_asked_at to
/// null again, so that it is labelled once more: no change of a run is missed, and no run waits for a labelling.
/// Labelled twice, a comparison has the same labels.
/// </para>
/// <para>
/// Times that are compared with labelled_at are those of clock_timestamp(), which PostgreSQL evaluates after it has
/// locked the row. now() is the start of the transaction: a labelling that has not read the last run may be committed
/// between the two.
/// </para>
/// </remarks>
public static class Labelling
{
    /// <summary>
    /// All labels of a comparison are written again each time, so this is not done after each of its runs.
    /// </summary>
    internal static readonly TimeSpan BetweenProvisionalLabels = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan MessageLifetime = TimeSpan.FromSeconds(60);

    /// <summary>The pauses between them are 2, 4, 8 and 16 minutes.</summary>
    public const int MostAttempts = 5;

    /// <summary>Below this number of seeds a vote has no meaning, unless the sweep asked for fewer.</summary>
    public const int FewestSeeds = 2;

    /// <summary>
    /// Asks for the labels of each comparison that one of these runs belongs to, if that run has ended: it may change
    /// the labels, and may be the last run that the comparison waits for. What a bundle states is not about that run.
    /// </summary>
    public static Task AskAsync(PieDbContext db, IReadOnlyList<Guid> runs, CancellationToken cancellation) =>
        runs.Count == 0 ? Task.CompletedTask : db.Database.ExecuteSqlAsync($"""
            UPDATE comparisons
            SET labelling_asked_at = NULL, labelling_attempts = 0, labelling_failed_at = NULL,
                stated = NULL, stated_differences = NULL
            FROM (
                SELECT due.id FROM comparisons AS due
                WHERE EXISTS (
                    SELECT 1 FROM runs JOIN sweep_runs ON sweep_runs.run_id = runs.id
                    WHERE runs.id = ANY({runs.ToArray()}) AND runs.state NOT IN ('queued', 'running')
                        AND due.sweep_id = sweep_runs.sweep_id
                        -- The influence of a comparison with dense4E is computed from what the dense runs observed.
                        AND (runs.fingerprint IN (due.dense_fingerprint, due.pruned_fingerprint)
                            OR due.baseline = 'dense4E' AND runs.method = 'dense'))
                -- The rows are locked in one order, so that two runs that end together do not deadlock; and with a lock
                -- that does not wait for a transaction that labels the comparison.
                ORDER BY due.id FOR NO KEY UPDATE) AS due
            WHERE comparisons.id = due.id
            """, cancellation);

    /// <summary>
    /// Asks for the labels of those comparisons of a sweep whose last attempt failed, with all attempts available.
    /// </summary>
    public static Task RetryAsync(PieDbContext db, Guid sweepId, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"""
            UPDATE comparisons
            SET labelling_asked_at = NULL, labelling_attempts = 0, labelling_failed_at = NULL, labelling_error = NULL
            FROM (
                SELECT id FROM comparisons WHERE sweep_id = {sweepId} AND labelling_error IS NOT NULL
                -- In the order of AskAsync, so that neither waits for the other.
                ORDER BY id FOR NO KEY UPDATE) AS failed
            WHERE comparisons.id = failed.id
            """, cancellation);

    /// <summary>
    /// Asks for the labels of those comparisons whose analysis an earlier version of it computed, and of one comparison
    /// of each split whose texts an earlier version of their measures measured.
    /// </summary>
    public static Task AskOutdatedAsync(PieDbContext db, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"""
            UPDATE comparisons
            SET labelling_asked_at = NULL, labelling_attempts = 0, labelling_failed_at = NULL
            FROM (
                SELECT comparisons.id FROM comparisons
                JOIN comparison_analyses AS analysis ON analysis.comparison_id = comparisons.id
                WHERE analysis.version < {ComparisonAnalysis.CurrentVersion} OR comparisons.id IN (
                    SELECT DISTINCT ON (measured.dataset_id, measured.split) labelled.id
                    FROM text_values AS measured
                    JOIN sweeps ON sweeps.dataset_id = measured.dataset_id
                    JOIN comparisons AS labelled
                        ON labelled.sweep_id = sweeps.id AND labelled.split = measured.split
                    WHERE measured.version < {TextMeasures.CurrentVersion} AND labelled.summary IS NOT NULL
                    ORDER BY measured.dataset_id, measured.split, labelled.id)
                -- In the order of AskAsync, so that neither waits for the other.
                ORDER BY comparisons.id FOR NO KEY UPDATE OF comparisons) AS outdated
            WHERE comparisons.id = outdated.id
            """, cancellation);

    /// <summary>
    /// Makes those comparisons provisional that have a run of this sweep which is to predict again: their labels follow
    /// from predictions that will be replaced, so a sweep with them has ended only after they are labelled once more.
    /// </summary>
    public static Task ReopenAsync(PieDbContext db, Guid sweepId, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"""
            UPDATE comparisons SET is_complete = false, summary = jsonb_set(summary, ARRAY['complete'], 'false')
            FROM (
                SELECT open.id FROM comparisons AS open
                WHERE open.summary IS NOT NULL AND EXISTS (
                    SELECT 1 FROM sweep_runs AS own
                    JOIN runs ON runs.id = own.run_id
                    JOIN sweep_runs AS link ON link.run_id = runs.id
                    WHERE own.sweep_id = {sweepId} AND runs.predict_again AND link.sweep_id = open.sweep_id
                        AND runs.fingerprint IN (open.dense_fingerprint, open.pruned_fingerprint))
                -- In the order of AskAsync, so that neither waits for the other.
                ORDER BY open.id FOR NO KEY UPDATE) AS open
            WHERE comparisons.id = open.id
            """, cancellation);

    /// <summary>
    /// Sets the number of runs that the labels of a comparison are expected to follow from; labels of other runs become
    /// provisional.
    /// </summary>
    public static Task ExpectAsync(
        PieDbContext db, Guid comparisonId, int dense, int pruned, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"""
            UPDATE comparisons SET expected_dense = {dense}, expected_pruned = {pruned},
                is_complete = CASE WHEN summary IS NOT NULL THEN false END,
                summary = jsonb_set(summary, ARRAY['complete'], 'false')
            WHERE id = {comparisonId} AND (expected_dense <> {dense} OR expected_pruned <> {pruned})
            """, cancellation);

    /// <summary>
    /// Marks the comparisons for which a message must be sent: those whose runs have all ended, and until then at
    /// intervals those with <see cref="FewestSeeds"/> common seeds or more. A comparison whose attempts are used up has
    /// failed, also if none of them could record an error.
    /// </summary>
    /// <param name="messagesWait">Whether the queue has messages that no worker has taken. The message of a comparison
    /// may be one of them, so no second one is sent before the queue is empty.</param>
    public static Task<List<Guid>> TakeDueAsync(PieDbContext db, bool messagesWait, CancellationToken cancellation) =>
        db.Database.SqlQuery<Guid>($"""
            WITH taken AS (
            UPDATE comparisons SET labelling_asked_at = clock_timestamp(),
                labelling_failed_at = CASE WHEN labelling_attempts >= {MostAttempts} THEN now() END,
                labelling_error = CASE WHEN labelling_attempts >= {MostAttempts}
                    THEN coalesce(labelling_error, 'The attempts to label it did not finish and recorded no error: '
                        || 'look at the logs and the memory of the workers, then use retry-failed of the sweep.')
                    ELSE labelling_error END
            FROM (
                SELECT comparisons.id FROM comparisons JOIN sweeps ON sweeps.id = comparisons.sweep_id
                WHERE labelling_failed_at IS NULL AND NOT pie_is_labelled(labelling_asked_at, labelled_at)
                AND (labelling_asked_at IS NULL
                    OR NOT {messagesWait}
                        AND labelling_asked_at < now() - {MessageLifetime} * power(2, labelling_attempts))
                AND (NOT EXISTS (
                        SELECT 1 FROM runs
                        JOIN sweep_runs AS link ON link.run_id = runs.id AND link.sweep_id = sweeps.id
                        WHERE runs.dataset_id = sweeps.dataset_id
                            AND runs.fingerprint IN (dense_fingerprint, pruned_fingerprint)
                            AND runs.state IN ('queued', 'running'))
                    OR (labelled_at IS NULL OR labelled_at < now() - {BetweenProvisionalLabels}) AND (
                        SELECT count(*) FROM runs AS pruned
                        JOIN sweep_runs AS link ON link.run_id = pruned.id AND link.sweep_id = sweeps.id
                        JOIN runs AS dense ON dense.dataset_id = sweeps.dataset_id
                            AND dense.fingerprint = dense_fingerprint AND dense.seed = pruned.seed
                        WHERE pruned.dataset_id = sweeps.dataset_id AND pruned.fingerprint = pruned_fingerprint
                            AND comparisons.split = ANY(pruned.predicted_splits)
                            AND comparisons.split = ANY(dense.predicted_splits)) >= {FewestSeeds})
                -- A comparison that is being labelled at this moment is checked again later.
                FOR UPDATE OF comparisons SKIP LOCKED) AS due
            WHERE comparisons.id = due.id
            RETURNING comparisons.id, labelling_failed_at)
            SELECT id AS "Value" FROM taken WHERE labelling_failed_at IS NULL
            """).ToListAsync(cancellation);

    /// <summary>
    /// Begins a transaction in which the comparison can be labelled; <see cref="DoneAsync"/> commits it.
    /// </summary>
    /// <returns>The comparison and the time after which its runs are read; null if the comparison was deleted, or an
    /// earlier delivery has labelled it since it was asked for.</returns>
    public static async Task<(Comparison Comparison, DateTime ReadAfter)?> BeginAsync(
        PieDbContext db, Guid comparisonId, CancellationToken cancellation)
    {
        // Committed before any run is read: a run that ends after this asks again, and the comparison is labelled
        // again.
        await db.Database.ExecuteSqlAsync($"""
            UPDATE comparisons SET labelling_asked_at = coalesce(labelling_asked_at, clock_timestamp()),
                labelling_attempts = labelling_attempts + 1
            WHERE id = {comparisonId} AND NOT pie_is_labelled(labelling_asked_at, labelled_at)
            """, cancellation);
        await db.Database.BeginTransactionAsync(cancellation);
        await AdvisoryLocks.TakeComparisonAsync(db, comparisonId, cancellation);
        // This lock prevents that the comparison is deleted or labelled by another transaction, but lets a run that
        // ends meanwhile ask for labels.
        var comparison = await db.Comparisons
            .FromSql($"SELECT * FROM comparisons WHERE id = {comparisonId} FOR KEY SHARE")
            .AsNoTracking().SingleOrDefaultAsync(cancellation);
        if (comparison is null || comparison.LabelledAt >= comparison.LabellingAskedAt) return null;
        var readAfter = await db.Database.SqlQuery<DateTime>($"""SELECT clock_timestamp() AS "Value" """)
            .SingleAsync(cancellation);
        return (comparison, readAfter);
    }

    /// <param name="readAfter">The result of <see cref="BeginAsync"/>.</param>
    /// <param name="summary">Null if there were too few seeds to label anything.</param>
    /// <param name="differences">How the labels differ from those that a bundle states; null without them.</param>
    public static async Task DoneAsync(
        PieDbContext db, Guid comparisonId, DateTime readAfter, ComparisonSummary? summary,
        string[]? differences, CancellationToken cancellation)
    {
        var json = summary is null ? null : Json.Write(summary);
        await db.Database.ExecuteSqlAsync($"""
            UPDATE comparisons SET summary = {json}::jsonb, achieved_sparsity = {summary?.AchievedSparsity?.Mean},
                is_complete = {summary?.Complete},
                stated_differences = CASE WHEN stated IS NOT NULL THEN {differences}::text[] END,
                labelled_at = CASE WHEN labelling_asked_at > {readAfter} THEN {readAfter} ELSE clock_timestamp() END,
                labelling_attempts = 0, labelling_error = NULL, labelling_failed_at = NULL
            WHERE id = {comparisonId}
            """, cancellation);
        await db.Database.CommitTransactionAsync(cancellation);
    }

    /// <summary>
    /// Records why an attempt failed, after its transaction was rolled back, unless another worker has labelled the
    /// comparison since.
    /// </summary>
    public static Task FailAsync(
        PieDbContext db, Guid comparisonId, string error, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"""
            UPDATE comparisons SET labelling_error = {error},
                labelling_asked_at = CASE WHEN labelling_asked_at IS NOT NULL THEN clock_timestamp() END,
                labelling_failed_at = CASE WHEN labelling_attempts >= {MostAttempts} THEN now() END
            WHERE id = {comparisonId} AND NOT pie_is_labelled(labelling_asked_at, labelled_at)
            """, cancellation);

    /// <summary>Does not count an attempt that its worker ended to stop: the message is delivered again.</summary>
    public static Task YieldAsync(PieDbContext db, Guid comparisonId, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"""
            UPDATE comparisons SET labelling_attempts = greatest(labelling_attempts - 1, 0) WHERE id = {comparisonId}
            """, cancellation);
}
