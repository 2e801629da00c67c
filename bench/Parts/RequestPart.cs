using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Npgsql;
using NpgsqlTypes;
using PieService.Bench.Reports;
using PieService.Domain;
using PieService.Domain.Sweeps;
using PieService.TestDatabases;

namespace PieService.Bench.Parts;

/// <summary>
/// An import and a submission over HTTP, beside writing the same rows by COPY alone. Times are elapsed ones.
/// </summary>
internal static class RequestPart
{
    private const int Texts = 20_000, Runs = 1_230, Rounds = 5;

    public static async Task RunAsync(Action<Measurement> report)
    {
        await using var service = await ServiceFixture.OpenAsync(
            ("PIE_SLOTS", "1"), ("PIE_MIN_FREE_DISK_MIB", "0"), ("PIE_MIN_FREE_MEMORY_MIB", "0"));
        // Without a worker no run is trained.
        service.Worker.Signal("KILL");
        await service.Worker.WaitForExitAsync(CancellationToken.None);
        report(await ImportAsync(service));
        report(await SubmitAsync(service));
    }

    private static async Task<Measurement> ImportAsync(ServiceFixture service)
    {
        var csv = StudyTexts.Csv("train", Texts);
        var texts = StudyTexts.Of("train", Texts).ToList();
        return await Alternately.MeasureAsync(
            "an import of 20,000 texts as CSV", "texts/s", Texts, Rounds,
            () => Measured.ElapsedAsync(() => UploadAsync(service, csv)),
            "COPY of these texts",
            async () =>
            {
                await service.ExecuteSqlAsync("""
                    DROP TABLE IF EXISTS bench_texts;
                    CREATE TABLE bench_texts (id uuid PRIMARY KEY, position integer UNIQUE, text text, label smallint)
                    """);
                return await Measured.ElapsedAsync(async () =>
                {
                    await using var connection = await OpenAsync(service);
                    await using var copy = await connection.BeginBinaryImportAsync(
                        "COPY bench_texts (id, position, text, label) FROM STDIN (FORMAT BINARY)");
                    foreach (var (position, (text, label)) in texts.Index())
                    {
                        await copy.StartRowAsync();
                        await copy.WriteAsync(Guid.CreateVersion7(), NpgsqlDbType.Uuid);
                        await copy.WriteAsync(position, NpgsqlDbType.Integer);
                        await copy.WriteAsync(text, NpgsqlDbType.Text);
                        await copy.WriteAsync((short)label, NpgsqlDbType.Smallint);
                    }
                    await copy.CompleteAsync();
                });
            },
            warmUp: true);
    }

    /// <summary>An eighth of the study's grid, on a new dataset each time, so that every run is new.</summary>
    private static Task<Measurement> SubmitAsync(ServiceFixture service) => Alternately.MeasureAsync(
        "a submission of 1,230 runs", "runs/s", Runs, Rounds,
        async () =>
        {
            var dataset = await UploadAsync(service, StudyTexts.Csv("test", 100));
            return await Measured.ElapsedAsync(async () =>
            {
                using var response = await service.Client.PostAsJsonAsync(
                    "/api/v1/sweeps", new { datasetId = dataset, preset = Wire.Name(Preset.PaperSnliBiLstm) });
                response.EnsureSuccessStatusCode();
            });
        },
        "INSERT of as many rows of the same table",
        async () =>
        {
            await service.ExecuteSqlAsync("""
                DROP TABLE IF EXISTS bench_runs;
                CREATE TABLE bench_runs (LIKE runs INCLUDING ALL)
                """);
            return await Measured.ElapsedAsync(() => service.ExecuteSqlAsync($"""
                INSERT INTO bench_runs SELECT runs.* FROM runs ORDER BY created_at DESC LIMIT {Runs}
                """));
        },
        warmUp: true);

    private static async Task<Guid> UploadAsync(ServiceFixture service, string csv)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(
                """
                {"name":"bench","task":"singleLabel","format":"csv","columns":{"text":"text","label":"label"},
                "split":{"test":0.5}}
                """), "definition" },
            { new StringContent(csv), "file", "texts.csv" },
        };
        using var response = await service.Client.PostAsync("/api/v1/datasets", form);
        response.EnsureSuccessStatusCode();
        return (Guid)(await response.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    private static async Task<NpgsqlConnection> OpenAsync(ServiceFixture service)
    {
        var connection = new NpgsqlConnection(service.ConnectionString);
        await connection.OpenAsync();
        return connection;
    }
}
