using System.Text.Json.Serialization;

namespace PieService.Domain.Sweeps;

/// <summary>A stored request; its runs and comparisons are rows of their own.</summary>
public sealed class Sweep
{
    public Guid Id { get; init; }
    public required string Name { get; init; }
    public Guid DatasetId { get; init; }
    public required SweepRequest Request { get; init; }

    /// <summary>By the database's clock, as every time that is compared with another.</summary>
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? CancelRequestedAt { get; init; }
    public DateTimeOffset? PauseRequestedAt { get; init; }
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
    /// <summary>Nothing is left to do; though a failed sweep may be taken up again.</summary>
    public static bool IsFinal(this SweepState state) => state is SweepState.Succeeded or SweepState.Failed or SweepState.Cancelled;
}

/// <summary>A run of a sweep; runs are shared between the sweeps of a dataset.</summary>
public sealed class SweepRun
{
    public Guid SweepId { get; init; }
    public Guid RunId { get; init; }
    public int Ordinal { get; init; }

    /// <summary>The model's name in this sweep.</summary>
    public required string Model { get; init; }

    /// <summary>Epochs of the run that this sweep does not train itself: those of its trunk, or all of a run that existed.</summary>
    public int SharedEpochs { get; init; }

    /// <summary>Wire names: the <see cref="RunWish"/> of this sweep, as the two columns that follow.</summary>
    public required string[] WantedSplits { get; init; }
    public required int[] WantedEpochs { get; init; }
    public bool WantsModel { get; init; }
}

/// <summary>How far a sweep is, as the view sweep_progress derives it from its runs and comparisons.</summary>
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

    /// <summary>Shared epochs + those that this sweep trains.</summary>
    public long EpochsTotal { get; init; }

    /// <summary>Finished work that was linked or shared counts as done.</summary>
    public long EpochsDone { get; init; }
    public long EpochsShared { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>From the mean time of the epochs so far and the slots of the live workers.</summary>
    public DateTimeOffset? EstimatedFinish { get; init; }
}
