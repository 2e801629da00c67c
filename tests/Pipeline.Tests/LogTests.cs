using System.Net.Http.Json;
using System.Text.RegularExpressions;
using PieService.TestDatabases;

namespace PieService.Pipeline.Tests;

/// <summary>The log of both programs, from the request of a sweep to its end.</summary>
public sealed partial class LogTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";

    [Fact]
    public async Task Records_of_a_sweep_have_time_level_and_ids_and_the_trace_of_its_request()
    {
        var dataset = await service.UploadAsync();
        service.Client.DefaultRequestHeaders.Add("traceparent", $"00-{Trace}-00f067aa0ba902b7-01");
        var sweep = await service.SubmitAsync(dataset, epochs: 1, seeds: 1, "RP-AI");
        service.Client.DefaultRequestHeaders.Remove("traceparent");
        await service.UntilEndedAsync(sweep);
        await service.UntilAsync("its end is logged", () => Task.FromResult(
            service.Api.Tail.Contains("The sweep has ended: Succeeded", StringComparison.Ordinal)));
        await service.UntilAsync("the labelling is logged", () => Task.FromResult(
            service.Worker.Tail.Contains(" is labelled after ", StringComparison.Ordinal)));

        Assert.Matches($"info Api.Requests trace={Trace} POST /api/v1/sweeps: 202 in ", service.Api.Tail);
        Assert.Matches(
            $"info Domain.Storage.SweepStore sweep={sweep} trace={Trace} 'pipeline' is submitted: 2 runs",
            service.Api.Tail);
        Assert.Matches($"info Api.Events.SweepWatch sweep={sweep} ", service.Api.Tail);
        foreach (var run in await service.ListAsync($"/api/v1/sweeps/{sweep}/runs"))
            Assert.Matches(
                $"info Worker.Supervision.TrainNextRun run={run["id"]} sweep={sweep} trace={Trace} Run .* succeeded",
                service.Worker.Tail);
        Assert.Matches(
            $"info Worker.Supervision.LabelNextComparison sweep={sweep} trace={Trace} Comparison .* is labelled",
            service.Worker.Tail);
        Assert.All(
            $"{service.Api.Tail}\n{service.Worker.Tail}".Split('\n'), line => Assert.Matches(Record(), line));
    }

    [Fact]
    public async Task A_path_with_line_ends_is_one_record()
    {
        using var _ = await service.Client.PostAsJsonAsync("/api/v1/x%0A2026-11-29T21:07:01.123Z%20info%20y", 1);

        await service.UntilAsync("the request is logged in one line", () => Task.FromResult(service.Api.Tail.Contains(
            " POST /api/v1/x%0A2026-11-29T21:07:01.123Z%20info%20y: 404 in ", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (debug|info|warn|error|critical) [\w.]+ |    )")]
    private static partial Regex Record();
}
