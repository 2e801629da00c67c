using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;
using NpgsqlTypes;
using PieService.Api.Database;
using PieService.Bench.Reports;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;
using PieService.TestDatabases;

namespace PieService.Bench.Parts;

/// <summary>
/// What the database stores of a comparison of 30 + 30 runs on SNLI's test split, beside tables that have a row for
/// each prediction. Times are elapsed ones, since the server does most of the work.
/// </summary>
internal static class StorePart
{
    private const int Examples = 10_000, Classes = 3, Seeds = 30, Rounds = 3;

    public static async Task RunAsync(Action<Measurement> report)
    {
        var database = new FreshDatabase(connection => Migrator.MigrateAsync(connection, CancellationToken.None));
        await database.InitializeAsync();
        try
        {
            await using var source = NpgsqlDataSource.Create(database.ConnectionString);
            var options = new DbContextOptionsBuilder<PieDbContext>();
            PieDbContext.Configure(options, source);
            var contexts = new PooledDbContextFactory<PieDbContext>(options.Options);
            var comparison = await SubmitAsync(contexts);
            report(await PredictionsAsync(contexts, source));
            report(await ReadAsync(contexts, source));
            report(await LabelsAsync(contexts, source, comparison));
        }
        finally
        {
            await database.DisposeAsync();
        }
    }

    /// <summary>Stores a dataset and a sweep of one comparison, and returns the comparison.</summary>
    private static async Task<Guid> SubmitAsync(PooledDbContextFactory<PieDbContext> contexts)
    {
        var dataset = new Dataset
        {
            Id = Guid.CreateVersion7(),
            Name = "bench",
            Task = LearningTask.SingleLabel,
            Labels = ["entailment", "neutral", "contradiction"],
            ContentHash = "sha256:bench",
            Splits = [new(Split.Test, Examples, [3_334, 3_333, 3_333], new(24, 23, 40, 78), [])],
            Quality = new(0, 0, 0, 0, 0),
            CreatedAt = TimeProvider.System.GetUtcNow(),
        };
        await using var db = contexts.CreateDbContext();
        db.Datasets.Add(dataset);
        await db.SaveChangesAsync();
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO examples (dataset_id, split, position, id, source_id, text, labels)
            SELECT {dataset.Id}, 'test', position, gen_random_uuid(), 'test:' || position, 'a text',
                ARRAY[(position % {Classes})::smallint]
            FROM generate_series(0, {Examples - 1}) AS position
            """);
        var sweep = new Sweep
        {
            Id = Guid.CreateVersion7(),
            Name = "bench",
            DatasetId = dataset.Id,
            Request = new()
            {
                Name = "bench",
                DatasetId = dataset.Id,
                Models = [new() { Architecture = Architecture.BiLstm }],
                Methods = [Method.Imp],
                Sparsities = [50],
                Seeds = new(0, Seeds),
            },
        };
        await new SweepStore(contexts).SubmitAsync(
            sweep, SweepExpansion.Expand(sweep.Request, dataset.ContentHash), CancellationToken.None);
        return await db.Comparisons.Select(one => one.Id).SingleAsync();
    }

    /// <summary>The predictions of all runs are written.</summary>
    private static Task<Measurement> PredictionsAsync(
        PooledDbContextFactory<PieDbContext> contexts, NpgsqlDataSource source) =>
        Alternately.MeasureAsync(
            "predictions are written", "predictions/s", 2 * Seeds * Examples, Rounds,
            async () =>
            {
                await using var db = contexts.CreateDbContext();
                await db.RunPredictions.ExecuteDeleteAsync();
                return await Measured.ElapsedAsync(async () =>
                {
                    foreach (var run in await db.Runs.AsNoTracking().ToListAsync())
                    {
                        db.RunPredictions.Add(Predictions(run));
                        await db.SaveChangesAsync();
                        db.ChangeTracker.Clear();
                    }
                    await db.Runs.ExecuteUpdateAsync(
                        set => set.SetProperty(run => run.State, RunState.Succeeded)
                            .SetProperty(run => run.AchievedSparsity, run => (double)run.Sparsity));
                });
            },
            "COPY of a row for each prediction",
            async () =>
            {
                await using var db = contexts.CreateDbContext();
                await db.Database.ExecuteSqlAsync($"""
                    DROP TABLE IF EXISTS bench_rows;
                    CREATE TABLE bench_rows (run_id uuid, position integer, predicted smallint, scores real[],
                        PRIMARY KEY (run_id, position))
                    """);
                var runs = await db.Runs.AsNoTracking().ToListAsync();
                return await Measured.ElapsedAsync(() => CopyRowsAsync(source, runs));
            });

    private static Task<Measurement> ReadAsync(
        PooledDbContextFactory<PieDbContext> contexts, NpgsqlDataSource source) =>
        Alternately.MeasureAsync(
            "predictions are read", "predictions/s", 2 * Seeds * Examples, Rounds,
            () => Measured.ElapsedAsync(async () =>
            {
                await using var db = contexts.CreateDbContext();
                await foreach (var run in db.RunPredictions.AsNoTracking().AsAsyncEnumerable())
                    PackedPredictions.Scores(run.Scores);
            }),
            "a SELECT of these rows",
            () => Measured.ElapsedAsync(async () =>
            {
                await using var command = source.CreateCommand(
                    "SELECT run_id, position, predicted, scores FROM bench_rows");
                await using var rows = await command.ExecuteReaderAsync();
                while (await rows.ReadAsync()) rows.GetFieldValue<float[]>(3);
            }));

    private static Task<Measurement> LabelsAsync(
        PooledDbContextFactory<PieDbContext> contexts, NpgsqlDataSource source, Guid comparison) =>
        Alternately.MeasureAsync(
            "a comparison of 30 + 30 runs is labelled, with its noise floor", "examples/s", Examples, Rounds,
            async () =>
            {
                await using var db = contexts.CreateDbContext();
                await db.Comparisons.ExecuteUpdateAsync(
                    set => set.SetProperty(one => one.LabellingAskedAt, _ => null));
                return await Measured.ElapsedAsync(
                    () => new ComparisonLabels(contexts).ExecuteAsync(comparison, CancellationToken.None));
            },
            "majorities by SQL over these rows",
            () => Measured.ElapsedAsync(async () =>
            {
                await using var command = source.CreateCommand("""
                    CREATE TEMP TABLE majorities ON COMMIT DROP AS
                    SELECT method, position, mode() WITHIN GROUP (ORDER BY predicted) AS majority
                    FROM bench_rows JOIN runs ON runs.id = bench_rows.run_id GROUP BY method, position
                    """);
                await command.ExecuteNonQueryAsync();
            }));

    private static async Task CopyRowsAsync(NpgsqlDataSource source, IReadOnlyList<Run> runs)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var copy = await connection.BeginBinaryImportAsync(
            "COPY bench_rows (run_id, position, predicted, scores) FROM STDIN (FORMAT BINARY)");
        float[] scores = [0.1f, 0.2f, 0.7f];
        foreach (var run in runs)
            for (var position = 0; position < Examples; position++)
            {
                await copy.StartRowAsync();
                await copy.WriteAsync(run.Id, NpgsqlDbType.Uuid);
                await copy.WriteAsync(position, NpgsqlDbType.Integer);
                await copy.WriteAsync((short)Class(run, position), NpgsqlDbType.Smallint);
                await copy.WriteAsync(scores, NpgsqlDbType.Array | NpgsqlDbType.Real);
            }
        await copy.CompleteAsync();
    }

    private static RunPredictions Predictions(Run run)
    {
        var (classes, scores) = (new byte[2 * Examples], new byte[2 * Examples * Classes]);
        for (var position = 0; position < Examples; position++) classes[2 * position] = (byte)Class(run, position);
        KeyedRandom.For("bench", run.Seed).Shuffle<byte>(scores);
        return new()
        {
            RunId = run.Id,
            Split = Split.Test,
            Examples = Examples,
            ClassCount = Classes,
            Classes = classes,
            Scores = scores,
        };
    }

    /// <summary>The gold class, but for one example in eight, which depends on the run.</summary>
    private static int Class(Run run, int position)
    {
        var hash = KeyedRandom.Mix(
            ((ulong)position << 20) + ((ulong)run.Seed << 1) + (run.Method == Method.Imp ? 1u : 0));
        return hash % 8 == 0 ? (int)((hash >> 8) % Classes) : position % Classes;
    }
}
