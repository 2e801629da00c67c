using Npgsql;

namespace PieService.Api.Tests.Dispatch;

/// <summary>The messages that the dispatcher sends, as they lie in the queue.</summary>
public sealed class DispatcherTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Runs_are_sent_out_by_priority_then_in_the_order_in_which_they_were_asked_for()
    {
        // Without a worker four messages are out; the rest waits and is sent at once when there are slots for it.
        var first = await SubmitAsync(seeds: 4, "bulk");
        await UntilAsync(async () => (await SentAsync()).Count == 4);
        var (bulk, normal, high) = (await SubmitAsync(seeds: 6, "bulk"), await SubmitAsync(seeds: 6, "normal"), await SubmitAsync(seeds: 6, "high"));
        await ExecuteAsync("INSERT INTO workers (id, machine, slots, device, started_at, last_beat_at) VALUES ('w', 'here', 11, 'cpu', now(), now())");

        await UntilAsync(async () => (await SentAsync()).Count == 22);

        Assert.Equal([.. first, .. high, .. normal, .. bulk], await SentAsync());
    }

    private async Task<IEnumerable<Guid>> SubmitAsync(int seeds, string priority)
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), seeds);
        request["priority"] = priority;
        var sweep = (Guid)(await api.PostAsync("/api/v1/sweeps", request))["id"]!;
        return (await api.Situations.RunsOfAsync(sweep)).Select(run => run.Id);
    }

    /// <summary>The runs of all messages, in the order in which workers take them.</summary>
    private async Task<List<Guid>> SentAsync()
    {
        await using var database = NpgsqlDataSource.Create(api.ConnectionString);
        await using var command = database.CreateCommand(
            "SELECT (job.arguments ->> 0)::text FROM hangfire.jobqueue JOIN hangfire.job ON job.id = jobqueue.jobid WHERE queue = 'b-runs' ORDER BY jobid");
        await using var reader = await command.ExecuteReaderAsync();
        var runs = new List<Guid>();
        while (await reader.ReadAsync()) runs.Add(Guid.Parse(reader.GetString(0).Trim('"')));
        return runs;
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var database = NpgsqlDataSource.Create(api.ConnectionString);
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var look = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!await isSo()) await look.WaitForNextTickAsync(limit.Token);
    }
}
