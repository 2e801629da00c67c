using System.Text.Json;
using PieService.Api.Sweeps;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;
using PieService.Domain.Sweeps;

namespace PieService.Api.Events;

/// <summary>What is worth an event: pure, from what was told before and what is so now.</summary>
public static class SweepNews
{
    /// <summary>Runs and epochs are told in steps of 1/200 of all, so that a sweep of any length has some hundred rows.</summary>
    private const int Steps = 200;

    /// <summary>What another version wrote must not stop the events of a sweep: what is missing counts as zero.</summary>
    private static readonly JsonSerializerOptions Lenient = new(JsonSerializerDefaults.Web);

    /// <summary>Null: nothing that is worth telling.</summary>
    public static News? Of(Told? told, SweepProgress now)
    {
        var progress = ProgressResponse.Of(now);
        if (told?.State != now.State) return News.Of(SweepEventType.State, new StateData(now.State, told?.State, progress));
        return HasMoved(told.Progress, progress) ? News.Of(SweepEventType.Progress, new ProgressData(now.State, progress)) : null;
    }

    public static News Of(Comparison labelled) => News.Of(SweepEventType.Comparison, new ComparisonData(
        labelled.Id, labelled.Model, labelled.Method, labelled.Sparsity, labelled.Baseline, labelled.Summary?.AchievedSparsity.Mean, labelled.Split,
        labelled.Summary?.Examples, labelled.Summary?.Pies, labelled.Summary?.Complete ?? false, labelled.LabelledAt!.Value));

    public static Told? ReadTold(string? state, string? progress) =>
        state is null ? null : new Told(Wire.Parse<SweepState>(state), JsonSerializer.Deserialize<ProgressResponse>(progress ?? "null", Lenient));

    private static bool HasMoved(ProgressResponse? before, ProgressResponse now)
    {
        if (before is not { Runs: { } runs, Epochs: { } epochs }) return true;
        // A failure is news however many runs there are.
        return runs.Failed != now.Runs.Failed
            || Moved(runs.Queued, now.Runs.Queued, now.Runs.Total)
            || Moved(runs.Running, now.Runs.Running, now.Runs.Total)
            || Moved(runs.Succeeded, now.Runs.Succeeded, now.Runs.Total)
            || Moved(runs.Cancelled, now.Runs.Cancelled, now.Runs.Total)
            || Moved(epochs.Done, now.Epochs.Done, now.Epochs.Total);
    }

    private static bool Moved(long before, long now, long total) => before != now && Math.Abs(now - before) * Steps >= total;
}

/// <summary>What the events of a sweep say of it so far.</summary>
public sealed record Told(SweepState State, ProgressResponse? Progress);

/// <summary>An event before it has its number.</summary>
public sealed record News(SweepEventType Type, string Data)
{
    public static News Of<T>(SweepEventType type, T data) => new(type, Json.Write(data));
}

/// <param name="Previous">Null: this is the first event.</param>
public sealed record StateData(SweepState State, SweepState? Previous, ProgressResponse Progress);

public sealed record ProgressData(SweepState State, ProgressResponse Progress);

/// <param name="AchievedSparsity">Mean over the pruned runs, in percent; null while there are none.</param>
/// <param name="Complete">Every expected run succeeded; otherwise the labels are provisional.</param>
public sealed record ComparisonData(
    Guid Id, string Model, Method Method, decimal Sparsity, Method Baseline, double? AchievedSparsity, Split Split, int? Examples, int? Pies, bool Complete, DateTimeOffset LabelledAt);
