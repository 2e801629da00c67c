using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PieService.Api.Access;
using PieService.Domain.Storage;
using PieService.TestSupport;

namespace PieService.Api.Tests.Access;

public sealed class RetentionTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Expired = """
        INSERT INTO audit (at, actor, operation, path, trace_id) VALUES (now() - interval '366 days', '', '', '', '');
        INSERT INTO idempotent_requests (client, key, operation, request_hash, resource_id, created_at)
        VALUES ('', '', '', '', gen_random_uuid(), now() - interval '25 hours');
        INSERT INTO webhooks (id, url, secret, created_by) VALUES (gen_random_uuid(), '', '', '');
        INSERT INTO webhook_deliveries (id, webhook_id, sweep_id, event_number, body, attempts, delivered_at)
        SELECT gen_random_uuid(), id, gen_random_uuid(), 1, '', 1, now() - interval '31 days' FROM webhooks;
        INSERT INTO imports (id, name, state, bytes_total, bytes_read, examples_stored, finished_at)
        VALUES (gen_random_uuid(), '', 'failed', 0, 0, 0, now() - interval '31 days');
        """;

    [Theory]
    [InlineData("audit")]
    [InlineData("idempotent_requests")]
    [InlineData("webhook_deliveries")]
    [InlineData("imports")]
    public async Task A_table_that_cannot_be_trimmed_does_not_keep_the_rows_of_the_others(string broken)
    {
        await ExecuteAsync(Expired);
        await ExecuteAsync($"ALTER TABLE {broken} RENAME TO away");
        try
        {
            await Retention(api.ConnectionString).LookAsync(CancellationToken.None);
        }
        finally
        {
            await ExecuteAsync($"ALTER TABLE away RENAME TO {broken}");
        }

        foreach (var table in (string[])["audit", "idempotent_requests", "webhook_deliveries", "imports"])
            Assert.Equal((table, table == broken), (table, await ExistsAsync($"SELECT FROM {table}")));
        await ExecuteAsync("TRUNCATE audit, idempotent_requests, webhooks, webhook_deliveries, imports");
    }

    [Fact]
    public async Task Rows_may_take_longer_to_delete_than_the_timeout_of_other_commands()
    {
        await ExecuteAsync(Expired);
        await using var other = new NpgsqlConnection(api.ConnectionString);
        await other.OpenAsync();
        await using var hold = await other.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("SELECT FROM audit FOR UPDATE", other))
            await command.ExecuteNonQueryAsync();

        var trimming = Retention(
            new NpgsqlConnectionStringBuilder(api.ConnectionString) { CommandTimeout = 1 }.ConnectionString)
            .LookAsync(CancellationToken.None);
        await Until.HoldsAsync(async () => trimming.IsCompleted || await ExistsAsync("""
            SELECT FROM pg_stat_activity
            WHERE datname = current_database() AND wait_event_type = 'Lock'
                AND clock_timestamp() - query_start > interval '2 seconds'
            """));
        await hold.RollbackAsync();
        await trimming;

        Assert.False(await ExistsAsync("SELECT FROM audit"));
    }

    private Retention Retention(string connectionString)
    {
        var options = new DbContextOptionsBuilder<PieDbContext>();
        PieDbContext.Configure(options, NpgsqlDataSource.Create(connectionString));
        return new(
            new PooledDbContextFactory<PieDbContext>(options.Options),
            api.Services.GetRequiredService<AccessSettings>(), TimeProvider.System, NullLogger<Retention>.Instance);
    }

    private async Task<bool> ExistsAsync(string query) =>
        (bool)(await Sql.ScalarAsync(api.ConnectionString, $"SELECT EXISTS ({query})"))!;

    private Task ExecuteAsync(string sql) => Sql.ExecuteAsync(api.ConnectionString, sql);
}
