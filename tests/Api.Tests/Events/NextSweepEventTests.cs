using System.Text.Json.Nodes;
using PieService.Api.Events;
using PieService.Domain.Sweeps;

namespace PieService.Api.Tests.Events;

public sealed class NextSweepEventTests
{
    [Fact]
    public void The_first_event_has_the_state() =>
        Assert.Equal(
            "queued after , 0 of 10 runs",
            Text(NextSweepEvent.Of(last: null, Sweep(SweepState.Queued, runs: 10, done: 0))));

    [Fact]
    public void A_new_state_is_reported_with_the_previous_one() =>
        Assert.Equal(
            "running after queued, 1 of 10 runs",
            Text(NextSweepEvent.Of(Last(Sweep(SweepState.Queued, 10, 0)), Sweep(SweepState.Running, 10, 1))));

    [Fact]
    public void Unchanged_progress_is_not_reported_again() =>
        Assert.Null(
            NextSweepEvent.Of(
                Last(Sweep(SweepState.Running, 10, 4, epochs: 7)), Sweep(SweepState.Running, 10, 4, epochs: 7)));

    [Theory]
    [InlineData(10, 5, 10_000, 0, true)]
    [InlineData(10_000, 5, 10_000, 49, false)]
    [InlineData(10_000, 5, 10_000, 50, true)]
    [InlineData(10_000, 54, 10_000, 0, true)]
    public void Progress_is_reported_in_steps_of_half_a_percent(
        int runs, int done, int epochsTotal, int epochsDone, bool isTold)
    {
        var before = Sweep(SweepState.Running, runs, done: 4, epochs: 0, epochsTotal);

        Assert.Equal(
            isTold,
            NextSweepEvent.Of(
                Last(before),
                Sweep(SweepState.Running, runs, done, epochsDone, epochsTotal)) is { Type: SweepEventType.Progress });
    }

    [Fact]
    public void A_failure_is_reported_however_many_runs_there_are()
    {
        var failed = Sweep(SweepState.Running, runs: 100_000, done: 4, failed: 1);

        Assert.Equal(
            SweepEventType.Progress, NextSweepEvent.Of(Last(Sweep(SweepState.Running, 100_000, 4)), failed)?.Type);
    }

    [Fact]
    public void A_sweep_of_ten_thousand_runs_has_a_few_hundred_events()
    {
        var (last, count) = (default(LastEvents), 0);
        for (var done = 0; done <= 10_000; done++)
        {
            var now = Sweep(
                done == 10_000 ? SweepState.Succeeded : SweepState.Running, runs: 10_000, done, epochs: done * 6,
                epochsTotal: 60_000);
            if (NextSweepEvent.Of(last, now) is null) continue;
            (last, count) = (Last(now), count + 1);
        }

        Assert.InRange(count, 150, 400);
    }

    [Fact]
    public void An_event_of_another_version_does_not_stop_the_events_of_its_sweep()
    {
        var last = NextSweepEvent.ReadLast("running", """{ "runs": { "total": 10 }, "somethingNew": 1 }""");

        Assert.Equal(SweepEventType.Progress, NextSweepEvent.Of(last, Sweep(SweepState.Running, 10, 4))?.Type);
    }

    /// <summary>Returns the event as the next call reads it.</summary>
    private static LastEvents Last(SweepProgress progress)
    {
        var data = JsonNode.Parse(NextSweepEvent.Of(last: null, progress)!.Data)!;
        return NextSweepEvent.ReadLast((string?)data["state"], data["progress"]!.ToJsonString())!;
    }

    private static string Text(NewEvent? added)
    {
        Assert.Equal(SweepEventType.State, added?.Type);
        var data = JsonNode.Parse(added!.Data)!;
        var runs = data["progress"]!["runs"]!;
        return $"{data["state"]} after {data["previous"]}, {runs["succeeded"]} of {runs["total"]} runs";
    }

    private static SweepProgress Sweep(
        SweepState state, int runs, int done, int epochs = 0, int epochsTotal = 20, int failed = 0) => new()
        {
            State = state,
            RunsTotal = runs,
            RunsQueued = runs - done - failed,
            RunsSucceeded = done,
            RunsFailed = failed,
            EpochsTotal = epochsTotal,
            EpochsDone = epochs,
        };
}
