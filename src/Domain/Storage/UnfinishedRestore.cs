using Microsoft.EntityFrameworkCore;

namespace PieService.Domain.Storage;

/// <summary>
/// The mark of a database whose restore has not ended: a table that exists from before the first restored row until the
/// database has its own identity. While it exists, neither API nor worker uses the database, because its rows still
/// name the files and the leases of the service that was backed up.
/// </summary>
public static class UnfinishedRestore
{
    /// <summary>The message for the person who starts a service on such a database.</summary>
    public const string Refusal =
        "A restore into this database has not ended. If no ./pie restore runs now, it was interrupted: call it again, "
        + "which removes what the interrupted one has left.";

    /// <summary>Whether the database has the mark.</summary>
    public static Task<bool> IsMarkedAsync(PieDbContext db, CancellationToken cancellation) =>
        db.Database.SqlQuery<bool>($"""SELECT to_regclass('public.unfinished_restore') IS NOT NULL AS "Value" """)
            .SingleAsync(cancellation);

    /// <summary>The identity of the interrupted restore, which names its folder in the artifact folder.</summary>
    public static Task<Guid> InstallationAsync(PieDbContext db, CancellationToken cancellation) =>
        db.Database.SqlQuery<Guid>($"""SELECT installation AS "Value" FROM unfinished_restore""")
            .SingleAsync(cancellation);

    /// <summary>Marks an empty database.</summary>
    /// <param name="installation">The identity that the restored database will have.</param>
    public static Task MarkAsync(PieDbContext db, Guid installation, CancellationToken cancellation) =>
        // One statement, so that a database never has the table without its row.
        db.Database.ExecuteSqlAsync(
            $"CREATE TABLE public.unfinished_restore AS SELECT {installation} AS installation", cancellation);

    /// <summary>Removes the mark; from then on, the database may be used.</summary>
    public static Task UnmarkAsync(PieDbContext db, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"DROP TABLE public.unfinished_restore", cancellation);

    /// <summary>
    /// Removes everything from a marked database, the mark too. Objects of extensions, which a restore does not create,
    /// remain.
    /// </summary>
    public static Task RemoveAsync(PieDbContext db, CancellationToken cancellation) =>
        db.Database.ExecuteSqlAsync($"""
            DO $$
            BEGIN
                -- Fails in a database without the mark.
                PERFORM FROM public.unfinished_restore;
                EXECUTE coalesce((
                    SELECT 'DROP VIEW ' || string_agg(oid::regclass::text, ', ') || ' CASCADE' FROM pg_class
                    WHERE relnamespace = 'public'::regnamespace AND relkind = 'v' AND NOT EXISTS (
                        SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')), '');
                EXECUTE coalesce((
                    SELECT 'DROP TABLE ' || string_agg(oid::regclass::text, ', ') || ' CASCADE' FROM pg_class
                    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT EXISTS (
                        SELECT FROM pg_depend WHERE objid = pg_class.oid AND deptype = 'e')), '');
                EXECUTE coalesce((
                    SELECT 'DROP ROUTINE ' || string_agg(oid::regprocedure::text, ', ') || ' CASCADE' FROM pg_proc
                    WHERE pronamespace = 'public'::regnamespace AND NOT EXISTS (
                        SELECT FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')), '');
            END
            $$
            """, cancellation);
}

/// <summary>The database has the mark of a restore that has not ended, so it cannot be used.</summary>
public sealed class UnfinishedRestoreException() : InvalidOperationException(UnfinishedRestore.Refusal);
