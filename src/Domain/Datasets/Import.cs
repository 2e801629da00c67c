using System.Text.Json.Serialization;

namespace PieService.Domain.Datasets;

public enum ImportState
{
    [JsonStringEnumMemberName("queued")] Queued,
    [JsonStringEnumMemberName("running")] Running,
    [JsonStringEnumMemberName("succeeded")] Succeeded,
    [JsonStringEnumMemberName("failed")] Failed,
    [JsonStringEnumMemberName("cancelled")] Cancelled,
}

/// <summary>An upload that was received completely and is read in the background.</summary>
public sealed class Import
{
    public Guid Id { get; init; }

    /// <summary>The name of the dataset that it becomes, of the imported predictions, or "bundle".</summary>
    public required string Name { get; init; }
    public ImportState State { get; init; }

    /// <summary>
    /// The number of bytes to read: the size of the files as they were sent, times the number of readings.
    /// </summary>
    public long BytesTotal { get; init; }
    public long BytesRead { get; init; }
    public int ExamplesStored { get; init; }

    /// <summary>
    /// The dataset; null until the import has succeeded. The dataset may have been deleted since then.
    /// </summary>
    public Guid? DatasetId { get; init; }

    /// <summary>The sweep of the predictions or the bundle; null as the dataset is, and for a dataset.</summary>
    public Guid? SweepId { get; init; }

    /// <summary>The counts of the imported predictions; null as the sweep is.</summary>
    public ImportCounts? Read { get; init; }

    /// <summary>What became of a bundle; null until it is stored, and for other imports.</summary>
    public ImportedBundle? Bundle { get; init; }

    /// <summary>The reason why it failed: problem details (RFC 9457) as JSON.</summary>
    public string? Problem { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>The last heartbeat of the process that has its files.</summary>
    public DateTimeOffset BeatAt { get; init; }
}

/// <summary>What became of a bundle.</summary>
/// <param name="NewSweep">
/// Whether the sweep was added; false if it had been stored before, with the same content.
/// </param>
/// <param name="NewDataset">Whether the dataset was added; false if one with this content existed.</param>
/// <param name="Added">The number of runs that were added.</param>
/// <param name="Linked">
/// The number of runs that existed with the same recipe and seed; all runs of a sweep that had been stored before.
/// </param>
/// <param name="Differing">Those of them whose predictions are not those of the bundle. They are not changed.</param>
public sealed record ImportedBundle(
    bool NewSweep, bool NewDataset, int Added, int Linked, IReadOnlyList<Guid> Differing);

/// <summary>The counts of imported predictions.</summary>
/// <param name="Examples">N.</param>
/// <param name="Runs">The number of runs.</param>
/// <param name="Missing">Examples that are left out because some run lacks them.</param>
/// <param name="NoAnswer">Answers of all runs from which no label was taken.</param>
/// <param name="MetricAgrees">Answers of all runs that agree with a metric in their file.</param>
public sealed record ImportCounts(int Examples, int Runs, int Missing, long NoAnswer, long MetricAgrees);
