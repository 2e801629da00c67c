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

/// <summary>An upload that was received whole and is read in the background.</summary>
public sealed class Import
{
    public Guid Id { get; init; }

    /// <summary>Of the dataset that it becomes.</summary>
    public required string Name { get; init; }
    public ImportState State { get; init; }

    /// <summary>Of the files as they were sent.</summary>
    public long BytesTotal { get; init; }
    public long BytesRead { get; init; }
    public int ExamplesStored { get; init; }

    /// <summary>Null until it has succeeded; the dataset may have been deleted since.</summary>
    public Guid? DatasetId { get; init; }

    /// <summary>Why it failed: problem details (RFC 9457) as JSON.</summary>
    public string? Problem { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public DateTimeOffset? CancelRequestedAt { get; init; }

    /// <summary>When the process that has its files was last heard of.</summary>
    public DateTimeOffset BeatAt { get; init; }
}
