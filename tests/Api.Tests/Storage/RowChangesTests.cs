using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PieService.Domain.Storage;
using PieService.Hosting;
using PieService.TestSupport;

namespace PieService.Api.Tests.Storage;

/// <summary>The notifications of changed rows, and the bells that they ring.</summary>
public sealed class RowChangesTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Marker = "marker";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_change_of_a_run_notifies_and_a_heartbeat_does_not()
    {
        await using var listener = await Listener.OpenAsync(api.ConnectionString);
        var dataset = await api.Situations.DatasetAsync();
        var sweep = Guid.Empty;

        Assert.Superset(
            new HashSet<string> { ChangeTopics.Runs, ChangeTopics.Sweeps },
            await listener.TopicsOfAsync(
                async () => sweep = await api.SubmitAsync(Situations.Request(dataset, seeds: 1))));
        var run = Assert.Single(await api.Situations.RunsOfAsync(sweep));
        RunLease? lease = null;
        Assert.Contains(
            ChangeTopics.Runs,
            await listener.TopicsOfAsync(async () => lease = await api.Situations.ClaimAsync(run.Id)));
        Assert.DoesNotContain(
            ChangeTopics.Runs,
            await listener.TopicsOfAsync(() => api.Situations.Leases.BeatAsync([lease!], CancellationToken.None)));
        var epoch = await listener.TopicsOfAsync(() => api.Situations.Leases.RecordEpochAsync(
            lease!, new EpochRecord([], 1, null), CancellationToken.None));
        Assert.Contains(ChangeTopics.Epochs, epoch);
        Assert.DoesNotContain(ChangeTopics.Runs, epoch);
        Assert.Contains(
            ChangeTopics.Runs,
            await listener.TopicsOfAsync(
                () => api.Situations.Leases.YieldAsync(lease!, CancellationToken.None)));
    }

    [Theory]
    [InlineData("""
        INSERT INTO workers (id, machine, slots, device, vectors, started_at, last_beat_at)
        VALUES ('a worker', 'here', 1, 'cpu', '{}', now(), now()) ON CONFLICT (id) DO UPDATE SET last_beat_at = now()
        """, null)]
    [InlineData("UPDATE workers SET last_beat_at = now() WHERE id = 'suspended'", ChangeTopics.Workers)]
    [InlineData("DELETE FROM workers WHERE id = 'another'", null)]
    [InlineData("DELETE FROM workers", ChangeTopics.Workers)]
    [InlineData("UPDATE workers SET short_of = 'disk'", ChangeTopics.Workers)]
    [InlineData("UPDATE comparisons SET labelling_asked_at = now()", null)]
    [InlineData("UPDATE comparisons SET labelling_asked_at = NULL", ChangeTopics.Labels)]
    [InlineData("UPDATE comparisons SET labelled_at = now()", ChangeTopics.Labels)]
    [InlineData("UPDATE comparisons SET labelling_failed_at = now()", ChangeTopics.Labels)]
    [InlineData("UPDATE sweeps SET name = 'another'", null)]
    [InlineData("UPDATE sweeps SET pause_requested_at = now()", ChangeTopics.Sweeps)]
    public async Task Only_changes_that_matter_notify(string statement, string? topic)
    {
        await Sql.ExecuteAsync(api.ConnectionString, """
            INSERT INTO workers (id, machine, slots, device, vectors, started_at, last_beat_at)
            VALUES ('a worker', 'here', 1, 'cpu', '{}', now(), now()) ON CONFLICT DO NOTHING;
            INSERT INTO workers (id, machine, slots, device, vectors, started_at, last_beat_at)
            VALUES ('suspended', 'here', 1, 'cpu', '{}', now(), now() - interval '1 hour')
            ON CONFLICT (id) DO UPDATE SET last_beat_at = excluded.last_beat_at;
            UPDATE workers SET short_of = NULL
            """);
        await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), seeds: 1, "IMP"));
        await Sql.ExecuteAsync(
            api.ConnectionString,
            "UPDATE comparisons SET labelling_asked_at = now(); UPDATE sweeps SET pause_requested_at = NULL");
        await using var listener = await Listener.OpenAsync(api.ConnectionString);

        // Events that the watch writes meanwhile do not matter here.
        var topics = await listener.TopicsOfAsync(() => Sql.ExecuteAsync(api.ConnectionString, statement));
        topics.Remove(ChangeTopics.Events);

        Assert.Equal(topic is null ? [] : [topic], topics);
    }

    [Fact]
    public async Task A_bell_rings_for_its_topics_and_after_the_connection_was_lost()
    {
        var changes = api.Services.GetRequiredService<RowChanges>();
        using var bell = changes.BellFor("first", "second");
        using var other = changes.BellFor("third");
        // The connection exists when a notification has arrived.
        await Until.HoldsAsync(async () =>
        {
            await NotifyAsync("third");
            return await other.WaitAsync(TimeSpan.Zero, CancellationToken.None);
        });
        await bell.WaitAsync(TimeSpan.Zero, CancellationToken.None);

        await NotifyAsync("third");
        Assert.True(await other.WaitAsync(Patience, CancellationToken.None));
        Assert.False(await bell.WaitAsync(TimeSpan.Zero, CancellationToken.None));
        await NotifyAsync("second");
        Assert.True(await bell.WaitAsync(Patience, CancellationToken.None));

        await Sql.ExecuteAsync(api.ConnectionString, """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()
            """);
        Assert.True(await bell.WaitAsync(Patience, CancellationToken.None));
    }

    private Task NotifyAsync(string topic) =>
        Sql.ExecuteAsync(api.ConnectionString, $"NOTIFY {RowChanges.Channel}, '{topic}'");

    private sealed class Listener(NpgsqlConnection connection) : IAsyncDisposable
    {
        private readonly List<string> received = [];

        public static async Task<Listener> OpenAsync(string connectionString)
        {
            var connection = new NpgsqlConnection(connectionString);
            await connection.OpenAsync();
            var listener = new Listener(connection);
            connection.Notification += (_, change) => listener.received.Add(change.Payload);
            await using var listen = new NpgsqlCommand($"LISTEN {RowChanges.Channel}", connection);
            await listen.ExecuteNonQueryAsync();
            return listener;
        }

        /// <summary>
        /// Returns the topics of the notifications that arrive until the change is made. Notifications arrive in the
        /// order of their transactions, so a marker after the change is the end.
        /// </summary>
        public async Task<HashSet<string>> TopicsOfAsync(Func<Task> change)
        {
            received.Clear();
            await change();
            await using (var mark = new NpgsqlCommand($"NOTIFY {RowChanges.Channel}, '{Marker}'", connection))
                await mark.ExecuteNonQueryAsync();
            while (!received.Contains(Marker)) await connection.WaitAsync();
            return [.. received.Where(topic => topic != Marker)];
        }

        public ValueTask DisposeAsync() => connection.DisposeAsync();
    }
}
