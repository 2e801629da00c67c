using System.Text.Json.Nodes;
using PieService.TestDatabases;
using PieService.TestSupport;

namespace PieService.Pipeline.Tests;

/// <summary>./pie wait and event streams while processes stop and start.</summary>
public sealed class WaitTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task Wait_survives_a_restart_of_the_API_and_prints_the_final_state_of_the_sweep()
    {
        var sweep = await service.SubmitAsync(await service.UploadAsync(), epochs: 60, seeds: 2);
        var waiting = WaitAsync(sweep.ToString());
        await service.UntilAsync(
            "an epoch was trained",
            async () => (int)(await service.GetAsync($"/api/v1/sweeps/{sweep}"))["progress"]!["epochs"]!["done"]! > 0);
        service.Api.Signal("KILL");
        using (var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1)))
            await service.Api.WaitForExitAsync(limit.Token);
        service.StartApi();

        var waited = await waiting;

        Assert.Equal((0, "succeeded\n"), (waited.Code, waited.Output));
        Assert.Matches("succeeded, 2 of 2 runs done, 0 running, 0 failed, 120 of 120 epochs", waited.Error);
        // Events from before the kill are not repeated. The event of the end follows shortly after the state changes.
        List<JsonNode> events = [];
        await service.UntilAsync("there is an event for the end", async () =>
            (events = await EventsAsync(sweep))
                .Any(item => (string?)item["type"] == "state" && (string?)item["data"]!["state"] == "succeeded"));
        Assert.Equal(Enumerable.Range(1, events.Count), events.Select(item => (int)item["number"]!));
        var states = events.Where(item => (string?)item["type"] == "state")
            .Select(item => (string?)item["data"]!["state"]).ToList();
        Assert.Equal(states.Distinct(), states);
        Assert.Equal("succeeded", states[^1]);
    }

    [Fact]
    public async Task A_cancelled_sweep_gives_exit_code_1()
    {
        var sweep = await service.SubmitAsync(await service.UploadAsync(), epochs: 5_000, seeds: 1);
        using (var cancelled = await service.Client.PostAsync($"/api/v1/sweeps/{sweep}/cancel", null))
            cancelled.EnsureSuccessStatusCode();

        var waited = await WaitAsync(sweep.ToString());

        Assert.Equal((1, "cancelled\n"), (waited.Code, waited.Output));
    }

    [Fact]
    public async Task The_warnings_of_a_sweep_and_of_its_comparisons_are_printed()
    {
        var sweep = await service.SubmitAsync(await service.UploadAsync(), epochs: 1, seeds: 1, "MP-AI");

        var waited = await WaitAsync(sweep.ToString());

        Assert.Equal("succeeded\n", waited.Output);
        Assert.Contains("warning (oneSeed): With one seed", waited.Error, StringComparison.Ordinal);
        Assert.Contains("warning (oneSeed, comparisons: 1): One pruned", waited.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_timeout_gives_exit_code_3()
    {
        var sweep = await service.SubmitAsync(await service.UploadAsync(), epochs: 5_000, seeds: 1);

        var waited = await WaitAsync(sweep.ToString(), "--timeout", "1");

        Assert.Equal((3, ""), (waited.Code, waited.Output));
        using var cancelled = await service.Client.PostAsync($"/api/v1/sweeps/{sweep}/cancel", null);
    }

    [Fact]
    public async Task A_sweep_that_does_not_exist_gives_exit_code_1_and_a_message()
    {
        var waited = await WaitAsync(Guid.NewGuid().ToString());

        Assert.Equal((1, ""), (waited.Code, waited.Output));
        Assert.Contains("was not found", waited.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_labelling_is_printed_while_the_sweep_is_running()
    {
        using var stub = new HttpStub(async context =>
        {
            await context.Response.OutputStream.WriteAsync(
                """{"state":"running","labellingError":"column \"margin\" does not exist"}"""u8.ToArray());
            context.Response.Close();
        });

        var waited = await RunAsync(
            ["wait", Guid.NewGuid().ToString(), "--url", $"http://127.0.0.1:{stub.Port}", "--timeout", "1"]);

        Assert.Equal(3, waited.Code);
        Assert.Contains(
            "a labelling failed: column \"margin\" does not exist\n", waited.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"title":"A key is required.","status":401,"detail":"Send \"Bearer\" and a key."}""",
        "answered 401: Send \"Bearer\" and a key.")]
    [InlineData("""{"type":"about:blank","title":"A key is required.","status":401}""",
        "answered 401: A key is required.")]
    [InlineData("go away", "answered 401: go away")]
    public async Task A_refusal_is_printed_in_the_words_of_its_problem(string body, string message)
    {
        using var stub = new HttpStub(async context =>
        {
            context.Response.StatusCode = 401;
            await context.Response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(body));
            context.Response.Close();
        });

        var waited = await RunAsync(["wait", Guid.NewGuid().ToString(), "--url", $"http://127.0.0.1:{stub.Port}"]);

        Assert.Equal((1, ""), (waited.Code, waited.Output));
        Assert.EndsWith($"{message}\n", waited.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData]
    [InlineData("no-id")]
    [InlineData("01a20bbb-244d-77ce-9b22-24bf780e721b", "--timeout", "soon")]
    [InlineData("01a20bbb-244d-77ce-9b22-24bf780e721b", "--url", "nowhere")]
    [InlineData("01a20bbb-244d-77ce-9b22-24bf780e721b", "01a20bbb-244d-77ce-9b22-24bf780e721b")]
    public async Task Invalid_arguments_give_exit_code_2(params string[] arguments) =>
        Assert.Equal(2, (await RunAsync(["wait", .. arguments])).Code);

    [Fact]
    public async Task An_API_that_is_asked_to_stop_does_not_wait_for_its_event_streams()
    {
        var sweep = await service.SubmitAsync(await service.UploadAsync(), epochs: 5_000, seeds: 1);
        using var response = await service.Client.GetAsync(
            $"/api/v1/sweeps/{sweep}/events", HttpCompletionOption.ResponseHeadersRead);
        using var stream = new StreamReader(await response.Content.ReadAsStreamAsync());
        string? line;
        do line = await stream.ReadLineAsync();
        while (line?.StartsWith("data:", StringComparison.Ordinal) == false);

        service.Api.Signal("TERM");
        // The limit is shorter than the 30 s for which a host waits for its requests by default.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(25));
        // The stream ends properly: a broken connection would throw.
        var rest = await stream.ReadToEndAsync(limit.Token);
        await service.Api.WaitForExitAsync(limit.Token);
        service.StartApi();
        await service.UntilAsync("the service is back", async () =>
        {
            try
            {
                using var cancelled = await service.Client.PostAsync($"/api/v1/sweeps/{sweep}/cancel", null);
                return cancelled.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;
            }
        });

        Assert.StartsWith("data: {", line, StringComparison.Ordinal);
        Assert.DoesNotContain("succeeded", rest, StringComparison.Ordinal);
    }

    private async Task<List<JsonNode>> EventsAsync(Guid sweep)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/sweeps/{sweep}/events?pageSize=1000");
        request.Headers.Accept.ParseAdd("application/json");
        using var response = await service.Client.SendAsync(request);
        return [.. JsonNode.Parse(await response.Content.ReadAsStringAsync())!["items"]!.AsArray()
            .Select(item => item!)];
    }

    private Task<Command> WaitAsync(string sweep, params string[] more) =>
        RunAsync(["wait", sweep, "--url", service.Address, .. more]);

    private static Task<Command> RunAsync(string[] arguments) =>
        Command.RunAsync(
            Path.Combine(ServiceProcess.RepositoryFolder, "pie"), arguments, new Dictionary<string, string>(),
            Path.GetTempPath());
}
