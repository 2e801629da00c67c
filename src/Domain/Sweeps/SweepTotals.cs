namespace PieService.Domain.Sweeps;

/// <summary>
/// What the runs of a sweep have together, kept while none of them is queued or running, so that a request does not
/// count them. A trigger (Initial.sql) deletes the row when a run of the sweep changes, and
/// <c>Storage/SettledSweeps.cs</c> makes it again.
/// </summary>
public sealed class SweepTotals
{
    public Guid SweepId { get; init; }
    public int Runs { get; init; }
    public int Succeeded { get; init; }
    public int Failed { get; init; }
    public int Cancelled { get; init; }
    public long EpochsTotal { get; init; }
    public long EpochsDone { get; init; }
    public long EpochsShared { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>The number of predictions of all runs, by the name of the split; a split that no run predicted is
    /// missing.</summary>
    public required IReadOnlyDictionary<string, long> Predictions { get; init; }
}
