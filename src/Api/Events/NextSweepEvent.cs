using System.Text.Json;
using PieService.Api.Sweeps;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;
using PieService.Domain.Sweeps;

namespace PieService.Api.Events;

/// <summary>Decides which events to write: a pure function of the last events and the current state.</summary>
public static class NextSweepEvent
{
    /// <summary>
    /// Progress is reported in steps of 1/200 of all runs or epochs, so that a sweep of any length has a few hundred
    /// rows.
    /// </summary>
    private const int Steps = 200;

    /// <summary>
    /// Options for events that another version wrote, which must not stop the events of a sweep: a missing value counts
    /// as zero.
    /// </summary>
    private static readonly JsonSerializerOptions Lenient = new(JsonSerializerDefaults.Web);

    /// <summary>Returns the next event; null if there is nothing to report.</summary>
    public static NewEvent? Of(LastEvents? last, SweepProgress now)
    {
        var progress = ProgressResponse.Of(now);
        if (last?.State != now.State)
            return NewEvent.Of(SweepEventType.State, new StateData(now.State, last?.State, progress));
        return HasMoved(last.Progress, progress)
            ? NewEvent.Of(SweepEventType.Progress, new ProgressData(now.State, progress)) : null;
    }

    public static NewEvent Of(Comparison labelled) => NewEvent.Of(SweepEventType.Comparison, new ComparisonData(
        labelled.Id, labelled.Model, labelled.Method, labelled.Sparsity, labelled.Baseline,
        labelled.Summary?.AchievedSparsity?.Mean, labelled.Split,
        labelled.Summary?.Examples, labelled.Summary?.Pies, labelled.Summary?.Complete ?? false,
        labelled.LabelledAt!.Value));

    public static LastEvents? ReadLast(string? state, string? progress) =>
        state is null
            ? null
            : new LastEvents(
                Wire.Parse<SweepState>(state),
                JsonSerializer.Deserialize<ProgressResponse>(progress ?? "null", Lenient));

    private static bool HasMoved(ProgressResponse? before, ProgressResponse now)
    {
        if (before is not { Runs: { } runs, Epochs: { } epochs }) return true;
        // Each failure is reported, however many runs there are.
        return runs.Failed != now.Runs.Failed
            || Moved(runs.Queued, now.Runs.Queued, now.Runs.Total)
            || Moved(runs.Running, now.Runs.Running, now.Runs.Total)
            || Moved(runs.Succeeded, now.Runs.Succeeded, now.Runs.Total)
            || Moved(runs.Cancelled, now.Runs.Cancelled, now.Runs.Total)
            || Moved(epochs.Done, now.Epochs.Done, now.Epochs.Total);
    }

    private static bool Moved(long before, long now, long total) =>
        before != now && Math.Abs(now - before) * Steps >= total;
}

/// <summary>The state and the progress of a sweep in its last events.</summary>
public sealed record LastEvents(SweepState State, ProgressResponse? Progress);

/// <summary>An event without a number.</summary>
public sealed record NewEvent(SweepEventType Type, string Data)
{
    public static NewEvent Of<T>(SweepEventType type, T data) => new(type, Json.Write(data));
}

/// <param name="Previous">The previous state; null in the first event.</param>
public sealed record StateData(SweepState State, SweepState? Previous, ProgressResponse Progress);

public sealed record ProgressData(SweepState State, ProgressResponse Progress);

/// <param name="AchievedSparsity">
/// The mean achieved sparsity of the pruned runs, in percent; null if there are none yet.
/// </param>
/// <param name="Complete">Whether every expected run has succeeded; if not, the labels are provisional.</param>
public sealed record ComparisonData(
    Guid Id, string Model, Method Method, decimal Sparsity, Method Baseline, double? AchievedSparsity, Split Split,
    int? Examples, int? Pies, bool Complete, DateTimeOffset LabelledAt);
