using System.Diagnostics;
using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PieService.Api.Database;
using PieService.Bench.Parts;
using PieService.Domain;
using PieService.Domain.Storage;
using PieService.TestDatabases;
using PieService.TestSupport;

namespace PieService.Bench.Grid;

/// <summary>
/// A private PostgreSQL with the runs of the study's grid, which counts what each statement reads.
/// </summary>
internal sealed class GridDatabase : IAsyncDisposable
{
    private readonly PieFolders folders;
    private PrivatePostgres server = null!;

    private GridDatabase(PieFolders folders) => this.folders = folders;

    /// <summary>The connection string of the service.</summary>
    public string ConnectionString => server.ConnectionString;

    /// <param name="folders">Empty folders; they hold 3 GB for one grid.</param>
    /// <param name="grids">The number of grids of 9,840 runs; a tenth has three seeds in place of 30.</param>
    public static async Task<GridDatabase> FillAsync(PieFolders folders, double grids)
    {
        var database = new GridDatabase(folders);
        await database.StartAsync();
        await Migrator.MigrateAsync(database.ConnectionString, CancellationToken.None);
        await database.AsOwnerAsync("ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'");
        await database.RestartAsync();
        await database.AsOwnerAsync("CREATE EXTENSION pg_stat_statements");
        await database.RunScriptAsync(grids);
        await database.LabelAsync();
        return database;
    }

    /// <summary>Stops and starts the server, so that none of its buffers has a page.</summary>
    public async Task RestartAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await server.DisposeAsync();
        await StartAsync();
    }

    public Task ForgetStatementsAsync() => AsOwnerAsync("SELECT pg_stat_statements_reset()");

    /// <summary>The identities of the statements since they were forgotten.</summary>
    public async Task<HashSet<long>> StatementsAsync() =>
        [.. await OwnerQueryAsync("SELECT queryid FROM pg_stat_statements", row => row.GetInt64(0))];

    /// <summary>The blocks of 8 KiB that the statements have read since they were forgotten, from buffers or from disk,
    /// and the rows that they returned.</summary>
    /// <param name="except">Statements that the service makes without a request. A request that makes one of them too
    /// has a few blocks more than are counted.</param>
    public async Task<(long Blocks, long Rows)> ReadAsync(IReadOnlyCollection<long> except) =>
        (await OwnerQueryAsync($"""
            SELECT coalesce(sum(shared_blks_hit + shared_blks_read), 0)::bigint, coalesce(sum(rows), 0)::bigint
            FROM pg_stat_statements WHERE queryid <> ALL(ARRAY[{string.Join(',', except)}]::bigint[])
            """, row => (row.GetInt64(0), row.GetInt64(1)))).Single();

    /// <summary>The first column of the first row.</summary>
    public async Task<string> OneAsync(string sql) =>
        Convert.ToString(await Sql.ScalarAsync(Owner, sql), CultureInfo.InvariantCulture)!;

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await server.DisposeAsync();
    }

    private string Owner => new NpgsqlConnectionStringBuilder(server.AdministratorConnectionString)
    {
        Database = new NpgsqlConnectionStringBuilder(ConnectionString).Database,
    }.ConnectionString;

    private Task AsOwnerAsync(string sql) => Sql.ExecuteAsync(Owner, sql);

    private async Task<List<T>> OwnerQueryAsync<T>(string sql, Func<NpgsqlDataReader, T> read)
    {
        await using var connection = new NpgsqlConnection(Owner);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await using var rows = await command.ExecuteReaderAsync();
        var all = new List<T>();
        while (await rows.ReadAsync()) all.Add(read(rows));
        return all;
    }

    private async Task StartAsync() => server = await TestCluster.OpenAsync(folders);

    private async Task RunScriptAsync(double grids)
    {
        var owner = new NpgsqlConnectionStringBuilder(Owner);
        var start = new ProcessStartInfo("psql")
        {
            ArgumentList =
            {
                "--no-psqlrc", "--quiet", "-h", owner.Host!, "-p", $"{owner.Port}", "-U", owner.Username!,
                "-v", string.Create(CultureInfo.InvariantCulture, $"grids={grids}"),
                "-f", Path.Combine(ServiceProcess.RepositoryFolder, "bench/Grid/Grid.sql"), owner.Database!,
            },
            RedirectStandardOutput = true,
        };
        start.Environment["PGPASSWORD"] = owner.Password;
        using var psql = Process.Start(start)!;
        await psql.StandardOutput.ReadToEndAsync();
        await psql.WaitForExitAsync();
        if (psql.ExitCode != 0) throw new InvalidOperationException($"psql ended with exit code {psql.ExitCode}.");
    }

    /// <summary>
    /// The results of one comparison of each sweep are computed; the others get copies of them.
    /// </summary>
    private async Task LabelAsync()
    {
        await using var source = NpgsqlDataSource.Create(ConnectionString);
        var contexts = BenchDatabase.ContextsOf(source);
        foreach (var first in await OwnerQueryAsync("""
            UPDATE comparisons SET labelling_asked_at = NULL, labelled_at = NULL
            WHERE id IN (SELECT DISTINCT ON (sweep_id) id FROM comparisons ORDER BY sweep_id, ordinal) RETURNING id
            """, row => row.GetGuid(0)))
            await new ComparisonLabels(contexts).ExecuteAsync(first, CancellationToken.None);
        await AsOwnerAsync("""
            UPDATE comparisons SET summary = labelled.summary
            FROM comparisons AS labelled
            WHERE labelled.sweep_id = comparisons.sweep_id AND labelled.summary IS NOT NULL
                AND comparisons.summary IS NULL;
            UPDATE comparisons SET summary = jsonb_set(summary, '{influenceEpochs}', '[0, 1]') WHERE split = 'train';
            -- The answers are patterns, which have other PIEs than the labels, and are taken for those of runs that
            -- have collapsed, which tables leave out.
            UPDATE comparisons SET summary = summary || jsonb_build_object(
                'denseCollapsed', 0, 'prunedCollapsed', 0, 'pies', (summary ->> 'examples')::integer / 10);
            INSERT INTO class_scores (comparison_id, classes)
            SELECT comparisons.id, known.classes
            FROM comparisons JOIN comparisons AS labelled ON labelled.sweep_id = comparisons.sweep_id
                JOIN class_scores AS known ON known.comparison_id = labelled.id
            WHERE comparisons.id <> labelled.id;
            INSERT INTO comparison_analyses (comparison_id, version, result)
            SELECT comparisons.id, known.version, known.result
            FROM comparisons JOIN comparisons AS labelled ON labelled.sweep_id = comparisons.sweep_id
                JOIN comparison_analyses AS known ON known.comparison_id = labelled.id
            WHERE comparisons.id <> labelled.id
            """);
        await CompareTextsAsync(contexts);
        await AsOwnerAsync("VACUUM ANALYZE");
    }

    /// <summary>The texts of one comparison of each sweep are compared; the others get copies.</summary>
    private async Task CompareTextsAsync(IDbContextFactory<PieDbContext> contexts)
    {
        await using var db = await contexts.CreateDbContextAsync();
        foreach (var comparison in await db.Comparisons.AsNoTracking()
            .Where(compared => compared.Ordinal == 2).ToListAsync())
        {
            var dataset = await db.Sweeps.Where(sweep => sweep.Id == comparison.SweepId)
                .Select(sweep => sweep.DatasetId).SingleAsync();
            var isPie = await db.PieLabels.Where(label => label.ComparisonNumber == comparison.Number)
                .OrderBy(label => label.Position).Select(label => label.IsPie).ToArrayAsync();
            await foreach (var effects in ComparisonTexts.AllAsync(
                db, comparison, dataset, isPie, CancellationToken.None)) db.TextEffects.Add(effects);
            await db.SaveChangesAsync();
            db.ChangeTracker.Clear();
        }
        await AsOwnerAsync("""
            DELETE FROM text_effects USING comparisons WHERE comparisons.id = comparison_id AND ordinal <> 2;
            INSERT INTO text_effects (comparison_id, part, syllables, effects)
            SELECT comparisons.id, known.part, known.syllables, known.effects
            FROM comparisons JOIN comparisons AS compared ON compared.sweep_id = comparisons.sweep_id
                JOIN text_effects AS known ON known.comparison_id = compared.id
            WHERE comparisons.id <> compared.id AND comparisons.split = compared.split
            """);
    }
}
