using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Npgsql;
using NpgsqlTypes;
using PieService.Bench.Reports;
using PieService.Domain.Predictions;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Bench.Parts;

/// <summary>
/// What the database stores of a comparison of 30 + 30 runs on SNLI's test split, beside tables that have a row for
/// each prediction. Times are elapsed ones, since the server does most of the work.
/// </summary>
internal static class StorePart
{
    private const int Examples = 10_000, Seeds = 30, Rounds = 5;

    public static async Task RunAsync(Action<Measurement> report)
    {
        await using var database = await BenchDatabase.OpenAsync();
        var (contexts, source) = (database.Contexts, database.Source);
        var comparison = await ComparedRuns.SubmitAsync(contexts, Examples, Seeds);
        report(await PredictionsAsync(contexts, source));
        report(await ReadAsync(contexts, source));
        report(await LabelsAsync(contexts, source, comparison));
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
                var predictions = (await db.Runs.AsNoTracking().ToListAsync())
                    .ConvertAll(run => ComparedRuns.Predictions(run, Examples));
                var seconds = await Measured.ElapsedAsync(async () =>
                {
                    foreach (var ofRun in predictions)
                    {
                        db.RunPredictions.Add(ofRun);
                        await db.SaveChangesAsync();
                        db.ChangeTracker.Clear();
                    }
                });
                await ComparedRuns.SucceedAsync(db);
                return seconds;
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
            },
            warmUp: true);

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
            }),
            warmUp: true);

    private static Task<Measurement> LabelsAsync(
        PooledDbContextFactory<PieDbContext> contexts, NpgsqlDataSource source, Guid comparison) =>
        Alternately.MeasureAsync(
            "a comparison of 30 + 30 runs is labelled and analysed, with its noise floor", "examples/s", Examples,
            Rounds,
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
            }),
            warmUp: true);

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
                await copy.WriteAsync((short)ComparedRuns.Class(run, position), NpgsqlDbType.Smallint);
                await copy.WriteAsync(scores, NpgsqlDbType.Array | NpgsqlDbType.Real);
            }
        await copy.CompleteAsync();
    }
}
