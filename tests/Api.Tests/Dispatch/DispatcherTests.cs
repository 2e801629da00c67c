using System.Text.Json.Nodes;
using PieService.TestSupport;

namespace PieService.Api.Tests.Dispatch;

/// <summary>
/// The messages that the dispatcher creates from the rows, as they are in the queue: no worker takes a message here.
/// </summary>
public sealed class DispatcherTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_message_waits_for_each_ready_run_that_a_worker_can_take_but_no_more_than_two_for_each_slot()
    {
        await WorkerAsync("short", slots: 50, "disk");
        await SubmitAsync(seeds: 4);
        await WorkerAsync("small", slots: 1, null);
        await Until.HoldsAsync(async () => await MessagesAsync("b-runs") == 2);

        await WorkerAsync("large", slots: 20, null);
        // The branches wait for their trunks: four of the eight runs are ready.
        await Until.HoldsAsync(async () => await MessagesAsync("b-runs") == 4);

        // No worker can use the checkpoint of this run, so only later runs get messages.
        await api.SubmitAsync(Situations.BertRequest(await api.Situations.DatasetAsync(), "minilm"));
        await SubmitAsync(seeds: 2);
        await Until.HoldsAsync(async () => await MessagesAsync("b-runs") == 6);
        await SubmitAsync(seeds: 1);
        await Until.HoldsAsync(async () => await MessagesAsync("b-runs") == 7);
        await ScalarAsync("UPDATE workers SET checkpoints = '{minilm}' WHERE id = 'large'");
        await Until.HoldsAsync(async () => await MessagesAsync("b-runs") == 8);
    }

    [Fact]
    public async Task A_comparison_is_labelled_from_two_seeds_on_and_again_at_the_end()
    {
        var situations = api.Situations;
        var sweep = await SubmitAsync(seeds: 3);
        var runs = await situations.RunsOfAsync(sweep);
        var before = await MessagesAsync("a-labels");
        foreach (var run in runs.Where(run => run.Seed != 2)) await situations.TrainAsync(run);
        await Until.HoldsAsync(async () => await MessagesAsync("a-labels") > before);
        await situations.LabelAsync(sweep);
        var provisional = await ComparisonAsync(sweep);

        var last = runs.Where(run => run.Seed == 2).ToList();
        await situations.TrainAsync(last[0]);
        // On a slow machine a further labelling, over two seeds, may have been requested by now.
        var asked = await MessagesAsync("a-labels");
        await situations.TrainAsync(last[1]);
        await Until.HoldsAsync(async () => await MessagesAsync("a-labels") > asked);
        await situations.LabelAsync(sweep);
        var final = await ComparisonAsync(sweep);

        Assert.Equal((2, false), ((int)provisional["seeds"]!["pruned"]!, (bool)provisional["complete"]!));
        Assert.Equal((3, true), ((int)final["seeds"]!["pruned"]!, (bool)final["complete"]!));
        Assert.Equal("succeeded", (string?)(await api.GetAsync($"/api/v1/sweeps/{sweep}"))["state"]);
    }

    /// <summary>
    /// The message of a comparison may be one of those that wait in the queue, and is lost if the queue is empty. The
    /// dispatcher has looked when a comparison that ended later has its message.
    /// </summary>
    [Fact]
    public async Task A_comparison_that_waits_is_asked_for_again_only_if_its_message_is_lost()
    {
        var comparison = await TrainedAsync();
        await TrainedAsync();
        var sent = await MessagesOfAsync(comparison);
        await ScalarAsync(
            $"UPDATE comparisons SET labelling_asked_at = now() - interval '1 hour' WHERE id = '{comparison}'");

        await TrainedAsync();
        Assert.Equal(sent, await MessagesOfAsync(comparison));

        await ScalarAsync("DELETE FROM hangfire.jobqueue WHERE queue = 'a-labels'");
        await Until.HoldsAsync(async () => await MessagesOfAsync(comparison) > sent);
    }

    /// <summary>A comparison whose runs have ended, and whose message was sent.</summary>
    private async Task<Guid> TrainedAsync()
    {
        var sweep = await SubmitAsync(seeds: 1);
        foreach (var run in await api.Situations.RunsOfAsync(sweep)) await api.Situations.TrainAsync(run);
        var comparison = (Guid)(await ComparisonAsync(sweep))["id"]!;
        await Until.HoldsAsync(async () => await MessagesOfAsync(comparison) > 0);
        return comparison;
    }

    private async Task<long> MessagesOfAsync(Guid comparison) =>
        (long)(await ScalarAsync($"SELECT count(*) FROM hangfire.job WHERE arguments::text LIKE '%{comparison}%'"))!;

    private async Task<Guid> SubmitAsync(int seeds) =>
        (Guid)(await api.PostAsync(
            "/api/v1/sweeps", Situations.Request(await api.Situations.DatasetAsync(), seeds, "IMP")))["id"]!;

    private async Task<JsonNode> ComparisonAsync(Guid sweep) =>
        (await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!;

    private Task<object?> WorkerAsync(string id, int slots, string? shortOf) => ScalarAsync(
        $"""
        INSERT INTO workers (id, machine, slots, device, short_of, vectors, started_at, last_beat_at)
        VALUES ('{id}', 'here', {slots}, 'cpu', {(shortOf is null ? "NULL" : $"'{shortOf}'")}, ARRAY[]::text[], now(),
            now())
        """);

    private async Task<long> MessagesAsync(string queue) =>
        (long)(await ScalarAsync($"SELECT count(*) FROM hangfire.jobqueue WHERE queue = '{queue}'"))!;

    private Task<object?> ScalarAsync(string sql) => Sql.ScalarAsync(api.ConnectionString, sql);
}
