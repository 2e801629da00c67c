using System.Text.Json.Serialization;

namespace PieService.Domain.Sweeps;

/// <summary>Where the predictions of a sweep come from.</summary>
public enum SweepOrigin
{
    /// <summary>Its runs were requested, and this service trains them.</summary>
    [JsonStringEnumMemberName("trained")] Trained,

    /// <summary>Other programs made them.</summary>
    [JsonStringEnumMemberName("imported")] Imported,
}

/// <summary>
/// A request, or the cohorts of imported predictions, which no one requested; its runs and comparisons are separate
/// rows.
/// </summary>
public sealed class Sweep
{
    public Guid Id { get; init; }
    public required string Name { get; init; }
    public Guid DatasetId { get; init; }

    /// <summary>Null for imported predictions.</summary>
    public SweepRequest? Request { get; init; }

    /// <summary>The cohorts of imported predictions; null for a request.</summary>
    public ForeignCohorts? Foreign { get; init; }

    public SweepOrigin Origin => Foreign is null ? SweepOrigin.Trained : SweepOrigin.Imported;

    /// <summary>Set by the database's clock, like every time that is compared with another.</summary>
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? CancelRequestedAt { get; init; }
    public DateTimeOffset? PauseRequestedAt { get; init; }

    /// <summary>
    /// The request that created the sweep, as the traceparent of W3C Trace Context; null if it had no trace. Runs and
    /// labellings of the sweep belong to the same trace.
    /// </summary>
    public string? TraceParent { get; init; }
}

public enum SweepState
{
    [JsonStringEnumMemberName("queued")] Queued,
    [JsonStringEnumMemberName("running")] Running,
    [JsonStringEnumMemberName("paused")] Paused,
    [JsonStringEnumMemberName("succeeded")] Succeeded,
    [JsonStringEnumMemberName("failed")] Failed,
    [JsonStringEnumMemberName("cancelled")] Cancelled,
}

public static class SweepStates
{
    /// <summary>No work is left, although the failed runs of a sweep may be retried.</summary>
    public static bool IsFinal(this SweepState state) =>
        state is SweepState.Succeeded or SweepState.Failed or SweepState.Cancelled;
}

/// <summary>A run of a sweep; the sweeps of a dataset share runs.</summary>
public sealed class SweepRun
{
    public Guid SweepId { get; init; }
    public Guid RunId { get; init; }
    public int Ordinal { get; init; }

    /// <summary>The name of the model in this sweep.</summary>
    public required string Model { get; init; }

    /// <summary>Whether the run is of a dense cohort, or of the baseline of imported predictions.</summary>
    public required bool IsBaseline { get; init; }

    /// <summary>
    /// The epochs of the run that this sweep does not train itself: those of its trunk, or all epochs of a run that
    /// existed.
    /// </summary>
    public int SharedEpochs { get; init; }

    /// <summary>
    /// Wire names of splits. This column and the two that follow are the <see cref="RunWish"/> of this sweep.
    /// </summary>
    public required string[] WantedSplits { get; init; }
    public required int[] WantedEpochs { get; init; }
    public bool WantsModel { get; init; }

    /// <summary>The type of device that the sweep asks for.</summary>
    public DeviceWish DeviceWish { get; init; }
}

/// <summary>The progress of a sweep, as the view sweep_progress derives it from its runs and comparisons.</summary>
public sealed class SweepProgress
{
    public Guid SweepId { get; init; }
    public SweepState State { get; init; }
    public int RunsTotal { get; init; }
    public int RunsQueued { get; init; }
    public int RunsRunning { get; init; }
    public int RunsSucceeded { get; init; }
    public int RunsFailed { get; init; }
    public int RunsCancelled { get; init; }

    /// <summary>The shared epochs plus those that this sweep trains.</summary>
    public long EpochsTotal { get; init; }

    /// <summary>Finished work that was linked or shared counts as done.</summary>
    public long EpochsDone { get; init; }
    public long EpochsShared { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>Estimated from the mean time of the finished epochs and the slots of the live workers.</summary>
    public DateTimeOffset? EstimatedFinish { get; init; }

    /// <summary>Why the last labelling of a comparison failed; of the first one of several.</summary>
    public string? LabellingError { get; init; }
}
