using Npgsql;
using PieService.Api.Database;
using PieService.TestDatabases;
using PieService.TestSupport;

namespace PieService.Api.Tests.Tables;

/// <summary>
/// A table with 130 MB of text in a service with a heap limit of 96 MiB: the service would crash if it collected the
/// rows. It has its own server: DROP DATABASE waits for every session of a server, also for one that sends rows to a
/// client which does not read them.
/// </summary>
public sealed class StreamingTests(StreamingTests.LargeTable table) : IClassFixture<StreamingTests.LargeTable>
{
    private const int Rows = 200_000;

    [Theory]
    [InlineData("csv")]
    [InlineData("ndjson")]
    [InlineData("parquet")]
    public async Task A_table_is_sent_in_constant_memory(string format)
    {
        using var response = await table.OpenAsync(format);
        var bytes = 0L;
        await using var body = await response.Content.ReadAsStreamAsync();
        var block = new byte[1 << 16];
        for (int read; (read = await body.ReadAsync(block)) > 0;) bytes += read;

        // The words of a text are random, so that Parquet cannot compress them.
        Assert.InRange(bytes, 130_000_000, 250_000_000);
    }

    [Theory]
    [InlineData("csv")]
    [InlineData("ndjson")]
    [InlineData("parquet")]
    public async Task A_truncated_file_never_looks_complete(string format)
    {
        using var response = await table.OpenAsync(format);
        await using var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[1000]);

        await table.ExecuteAsync("SELECT pg_terminate_backend(pid) " + LargeTable.FromReaders);

        // Neither the body nor the file is complete, so reading fails.
        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null));
    }

    [Fact]
    public async Task A_client_that_disconnects_releases_its_connection()
    {
        using (var response = await table.OpenAsync("csv"))
        {
            await using var body = await response.Content.ReadAsStreamAsync();
            await body.ReadExactlyAsync(new byte[1000]);
            Assert.True(await table.IsReadAsync());
        }

        await table.UntilAsync("no session reads the examples", async () => !await table.IsReadAsync());
    }

    /// <summary>
    /// It has read megabytes before. Without a limit for each part of the file the server would wait for hours.
    /// </summary>
    [Theory]
    [InlineData("csv")]
    [InlineData("ndjson")]
    public async Task A_client_that_stops_reading_is_cut_off(string format)
    {
        using var response = await table.OpenAsync(format);
        await using var body = await response.Content.ReadAsStreamAsync();
        await body.ReadExactlyAsync(new byte[10_000_000]);
        Assert.True(await table.IsReadAsync());

        await table.UntilAsync("no session reads the examples", async () => !await table.IsReadAsync());

        await Assert.ThrowsAnyAsync<IOException>(() => body.CopyToAsync(Stream.Null));
    }

    public sealed class LargeTable : ServiceClient, IAsyncLifetime
    {
        /// <summary>The sessions that read examples.</summary>
        public const string FromReaders = """
            FROM pg_stat_activity
            WHERE datname = current_database() AND state <> 'idle' AND query LIKE '%FROM examples%'
                AND pid <> pg_backend_pid()
            """;

        private readonly string address = $"http://127.0.0.1:{FreePort()}";
        private readonly Guid dataset = Guid.CreateVersion7();
        private PrivatePostgres? server;
        private ServiceProcess? service;

        protected override string Tail => service!.Tail;

        public async ValueTask InitializeAsync()
        {
            var folders = await TestCluster.NewFoldersAsync();
            server = await TestCluster.OpenAsync(folders);
            await Migrator.MigrateAsync(server.ConnectionString, CancellationToken.None);
            await ExecuteAsync($$"""
                INSERT INTO datasets (id, name, task, labels, content_hash, splits, quality, created_at)
                VALUES ('{{dataset}}', 'large', 'singleLabel', '{no,yes}', 'sha256:large',
                    '[{"split": "train", "examples": {{Rows}}, "perLabel": [{{Rows}}, 0],
                        "tokens": {"mean": 1, "p50": 1, "p95": 1, "max": 1}, "lengthPercentiles": [] }]',
                    '{"duplicates": 0, "emptyTexts": 0, "inTwoSplits": 0, "conflictingLabels": 0, "withoutLabel": 0}',
                    now());
                SELECT setseed(0.5);
                INSERT INTO examples (dataset_id, split, position, id, source_id, text, labels)
                SELECT '{{dataset}}', 'train', i, gen_random_uuid(), i,
                    (SELECT string_agg(md5(random()::text || i || j), ' ') FROM generate_series(1, 20) j), '{0}'
                FROM generate_series(0, {{Rows - 1}}) i
                """);
            service = ServiceProcess.Api(
                new Dictionary<string, string>
                {
                    ["ConnectionStrings__Pie"] = server.ConnectionString,
                    ["PIE_DATA"] = folders.Data,
                    ["DOTNET_GCHeapHardLimit"] = "0x6000000",
                },
                address);
            await UntilAsync("the service answers", async () =>
            {
                try
                {
                    using var ready = await Client.GetAsync($"{address}/health/ready");
                    return ready.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            });
        }

        public async ValueTask DisposeAsync()
        {
            await service!.DisposeAsync();
            await server!.DisposeAsync();
            Dispose();
        }

        public Task<HttpResponseMessage> OpenAsync(string format) =>
            Client.GetAsync(
                $"{address}/api/v1/datasets/{dataset}/examples?format={format}",
                HttpCompletionOption.ResponseHeadersRead);

        public async Task<bool> IsReadAsync() =>
            (long)(await AskAsync("SELECT count(*) " + FromReaders))! > 0;

        public Task ExecuteAsync(string sql) => AskAsync(sql);

        private async Task<object?> AskAsync(string sql)
        {
            await using var connection = new NpgsqlConnection(server!.ConnectionString);
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 300 };
            return await command.ExecuteScalarAsync();
        }
    }
}
