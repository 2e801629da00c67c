using Microsoft.EntityFrameworkCore;

namespace PieService.Domain.Storage;

/// <summary>Makes a database that was restored from a backup independent of the one that was backed up.</summary>
public static class RestoredDatabase
{
    /// <summary>The paths of files that rows name, relative to the artifact folder of the database.</summary>
    public static async Task<IReadOnlyList<ArtifactRow>> ArtifactsAsync(
        PieDbContext db, CancellationToken cancellation) =>
        await db.Database.SqlQuery<ArtifactRow>($"""
            SELECT model_path AS path, model_store AS store, model_sha256 AS sha256, true AS is_model,
                false AS is_replaced_soon
            FROM runs WHERE model_path IS NOT NULL
            UNION ALL
            SELECT checkpoint_path, checkpoint_store, checkpoint_sha256, false, state = 'running'
            FROM runs WHERE checkpoint_path IS NOT NULL
            ORDER BY 1
            """).ToListAsync(cancellation);

    /// <summary>The identity of the database, which names its folder in the artifact folder.</summary>
    public static Task<Guid> InstallationAsync(PieDbContext db, CancellationToken cancellation) =>
        db.Database.SqlQuery<Guid>($"""SELECT id AS "Value" FROM installation""").SingleAsync(cancellation);

    /// <summary>
    /// Gives the database an identity of its own, so that its files are never those of the other database even if both
    /// share an artifact folder, and makes rows name only the files that exist here. A run that lacks its file is
    /// trained from the beginning; it has the same predictions then.
    /// </summary>
    /// <param name="store">The identity of the artifact folder that has the files.</param>
    /// <param name="files">The paths of the files that exist.</param>
    public static async Task AdoptAsync(
        PieDbContext db, Guid installation, string store, string[] files, CancellationToken cancellation)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        await db.Database.ExecuteSqlAsync($"UPDATE installation SET id = {installation}", cancellation);
        await db.Database.ExecuteSqlAsync($"DELETE FROM workers", cancellation);
        await db.Database.ExecuteSqlAsync($"""
            UPDATE runs SET model_store = CASE WHEN has.model THEN {store} END,
                model_path = CASE WHEN has.model THEN model_path END,
                model_bytes = CASE WHEN has.model THEN model_bytes END,
                model_sha256 = CASE WHEN has.model THEN model_sha256 END,
                checkpoint_store = CASE WHEN has.checkpoint THEN {store} END,
                checkpoint_path = CASE WHEN has.checkpoint THEN checkpoint_path END,
                checkpoint_sha256 = CASE WHEN has.checkpoint THEN checkpoint_sha256 END,
                checkpoint_epochs = CASE WHEN has.checkpoint THEN checkpoint_epochs END,
                epochs_done = CASE WHEN state IN ('queued', 'running') AND NOT has.checkpoint THEN 0
                    ELSE epochs_done END,
                -- Without its file it cannot predict again, so it is trained.
                predict_again = predict_again AND (has.model OR has.checkpoint)
            FROM (
                SELECT id, coalesce(model_path = ANY({files}), false) AS model,
                    coalesce(checkpoint_path = ANY({files}), false) AS checkpoint
                FROM runs) AS has
            WHERE has.id = runs.id AND (model_path IS NOT NULL OR checkpoint_path IS NOT NULL
                OR state IN ('queued', 'running') OR predict_again)
            """, cancellation);
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>The leases of the workers of the other database; none of them works for this one.</summary>
    public static async Task<IReadOnlyList<RunLease>> LeasesAsync(PieDbContext db, CancellationToken cancellation) =>
        await db.Database.SqlQuery<RunLease>(
            $"SELECT id AS run_id, lease_epoch AS epoch FROM runs WHERE state = 'running' ORDER BY id")
            .ToListAsync(cancellation);
}

/// <summary>A file in the artifact folder, as a run's row names it.</summary>
/// <param name="Path">Relative to the folder of the database in the artifact folder.</param>
/// <param name="Store">The identity of the artifact folder.</param>
/// <param name="IsModel">A kept model; otherwise a checkpoint.</param>
/// <param name="IsReplacedSoon">The checkpoint of a run that is being trained; the next one replaces it.</param>
public sealed record ArtifactRow(string Path, string Store, string Sha256, bool IsModel, bool IsReplacedSoon);
