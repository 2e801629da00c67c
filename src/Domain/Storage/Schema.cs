using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace PieService.Domain.Storage;

/// <summary>
/// The schema of this version: migrations and Initial.sql create the tables; Scheduling.sql and Research.sql create the
/// functions and views. Functions and views are dropped before a migration and created again after it, and also if only
/// one of these two files has changed. So a migration may change any column, and a view may use any column.
/// </summary>
public static partial class Schema
{
    /// <summary>
    /// The comment on each view that is created here begins with this mark; the hash of both files follows.
    /// </summary>
    private const string Mark = "Schema.cs ";

    private static readonly string InitialScript = Read("Initial.sql");
    private static readonly string Script = Read("Scheduling.sql") + Read("Research.sql");
    private static readonly string CurrentMark =
        Mark + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Script)));
    private static readonly string[] Views = [.. MadeViews().Matches(Script).Select(made => made.Groups["view"].Value)];

    /// <summary>
    /// Runs in one transaction, so all of it happens or nothing. Grants on a view are transferred to its successor.
    /// </summary>
    /// <param name="database">Its command timeout applies to each statement, and an ALTER waits for every transaction
    /// that uses the table.</param>
    /// <param name="target">The migration to go to, forwards or backwards, after which there are no functions and
    /// views; null for the schema of this version.</param>
    /// <exception cref="PostgresException">One cause among others: a view that does not belong to the service uses a
    /// view that would be dropped.</exception>
    /// <exception cref="UnknownMigrationsException">
    /// Another development version made the database; nothing has changed in it.
    /// </exception>
    public static async Task MigrateAsync(NpgsqlDataSource database, string? target, CancellationToken cancellation)
    {
        var options = new DbContextOptionsBuilder<PieDbContext>();
        PieDbContext.Configure(options, database);
        // EF warns about a transaction that it did not begin, since a retry could not begin it again. Nothing is
        // retried here.
        options.ConfigureWarnings(warnings => warnings.Ignore(RelationalEventId.MigrationsUserTransactionWarning));
        await using var db = new PieDbContext(options.Options);
        var (applied, known) = (await AppliedAsync(db, cancellation), Known(db));
        if (RefusalOf(applied, known) is { } refusal) throw new UnknownMigrationsException(refusal);
        if (target is null && await LackAsync(db, cancellation) is null) return;
        // In a new database EF learns from an error that no migration was applied, and this error would abort the
        // transaction.
        await db.GetService<IHistoryRepository>().CreateIfNotExistsAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        var connection = (NpgsqlConnection)db.Database.GetDbConnection();

        var grants = await GrantsAsync(connection, cancellation);
        await ExecuteAsync(connection, DropViews, cancellation);
        var migrator = db.GetService<IMigrator>();
        if (applied.Count == 0 && target != Migration.InitialDatabase)
        {
            await migrator.MigrateAsync(known[0], cancellation);
            await ExecuteAsync(connection, InitialScript, cancellation);
        }
        await migrator.MigrateAsync(target, cancellation);
        if (target is null)
        {
            var marks = Views.Select(view => $"COMMENT ON VIEW {view} IS '{CurrentMark}';");
            var kept = grants.Where(grant => Views.Contains(grant.View)).Select(grant => grant.Statement);
            await ExecuteAsync(connection, string.Concat([Script, .. marks, .. kept]), cancellation);
        }
        await transaction.CommitAsync(cancellation);
    }

    /// <summary>
    /// Why a database does not fit this version; null if it fits, or if a newer version has migrated it.
    /// </summary>
    public static async Task<string?> LackAsync(PieDbContext db, CancellationToken cancellation)
    {
        if (await UnfinishedRestore.IsMarkedAsync(db, cancellation)) return UnfinishedRestore.Refusal;
        var (applied, known) = (await AppliedAsync(db, cancellation), Known(db));
        if (RefusalOf(applied, known) is { } refusal) return refusal;
        if (known.Except(applied).Any()) return "the database has not been migrated to this version yet.";
        // The views of the newer version fit its tables; the views of this version may not.
        if (applied.Count > known.Count) return null;
        var made = await db.Database.SqlQuery<string>($"""
            SELECT relname || ' ' || obj_description(oid, 'pg_class') AS "Value" FROM pg_class
            WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace
                AND starts_with(obj_description(oid, 'pg_class'), {Mark})
            """).ToListAsync(cancellation);
        return made.ToHashSet().SetEquals(Views.Select(view => $"{view} {CurrentMark}"))
            ? null
            : "the database has the views of another version; "
                + "the API of this version creates them again when it starts.";
    }

    private static async Task<IReadOnlyList<string>> AppliedAsync(PieDbContext db, CancellationToken cancellation) =>
        [.. await db.Database.GetAppliedMigrationsAsync(cancellation)];

    private static IReadOnlyList<string> Known(PieDbContext db) => [.. db.Database.GetMigrations()];

    /// <summary>
    /// A newer version only appends migrations to those that this version knows. Any other unknown migration means that
    /// Initial was regenerated, and then the tables of the database differ from what the migrations here expect.
    /// </summary>
    /// <returns>Why this version cannot use the database; null if it can.</returns>
    private static string? RefusalOf(IReadOnlyList<string> applied, IReadOnlyList<string> known)
    {
        var unknown = applied.Except(known).ToList();
        if (unknown.Count == 0 || applied.Take(known.Count).SequenceEqual(known)) return null;
        return "The database has migrations that this version of PieService does not know: "
            + $"{string.Join(", ", unknown)}. Another development version made it, "
            + "and before 1.0 a database of one development version cannot be upgraded to another. "
            + "Drop the database, or start with a new PIE_DATA; "
            + "if ConnectionStrings__Pie is set, name a new database in it.";
    }

    /// <summary>Functions are executable by PUBLIC by default, so only views need grants.</summary>
    private static async Task<List<(string View, string Statement)>> GrantsAsync(
        NpgsqlConnection connection, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("""
            SELECT relname, format('GRANT %s ON %I TO %s%s;', privilege_type, relname,
                CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END, CASE
                    WHEN is_grantable THEN ' WITH GRANT OPTION' END)
            FROM pg_class CROSS JOIN LATERAL aclexplode(relacl)
            WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace AND grantee <> relowner
            """, connection);
        var grants = new List<(string, string)>();
        await using var reader = await command.ExecuteReaderAsync(cancellation);
        while (await reader.ReadAsync(cancellation)) grants.Add((reader.GetString(0), reader.GetString(1)));
        return grants;
    }

    /// <summary>
    /// Drops the views that have the mark, and the functions, whose names all begin with pie_.
    /// </summary>
    private const string DropViews = $"""
        DO $$
        DECLARE
            users text;
        BEGIN
            EXECUTE coalesce((
                SELECT 'DROP VIEW ' || string_agg(oid::regclass::text, ', ') FROM pg_class
                WHERE relkind = 'v' AND relnamespace = 'public'::regnamespace
                    AND starts_with(obj_description(oid, 'pg_class'), '{Mark}')), '');
            EXECUTE coalesce((
                SELECT 'DROP FUNCTION ' || string_agg(oid::regprocedure::text, ', ') FROM pg_proc
                WHERE pronamespace = 'public'::regnamespace AND starts_with(proname, 'pie_')), '');
        EXCEPTION WHEN dependent_objects_still_exist THEN
            GET STACKED DIAGNOSTICS users = PG_EXCEPTION_DETAIL;
            RAISE EXCEPTION 'The service replaces its views and functions, and something of yours uses them. Drop it, start, and make it again: %', users
                USING ERRCODE = 'dependent_objects_still_exist';
        END
        $$
        """;

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellation);
    }

    private static string Read(string name)
    {
        using var stream = typeof(Schema).Assembly.GetManifestResourceStream(name)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex("^CREATE VIEW (?<view>[a-z_]+) AS", RegexOptions.Multiline)]
    private static partial Regex MadeViews();
}
