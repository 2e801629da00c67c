using System.Text.Json.Serialization;

namespace PieService.Domain.Sweeps;

public enum SweepEventType
{
    /// <summary>The state of the sweep has changed.</summary>
    [JsonStringEnumMemberName("state")] State,

    /// <summary>Runs or epochs have progressed.</summary>
    [JsonStringEnumMemberName("progress")] Progress,

    /// <summary>A comparison has new labels.</summary>
    [JsonStringEnumMemberName("comparison")] Comparison,
}

/// <summary>An event of a sweep, as its event stream sends it.</summary>
public sealed class SweepEvent
{
    public Guid SweepId { get; init; }

    /// <summary>1, 2, … without gaps within a sweep: the id from which a stream resumes.</summary>
    public int Number { get; init; }
    public DateTimeOffset At { get; init; }
    public SweepEventType Type { get; init; }

    /// <summary>JSON.</summary>
    public required string Data { get; init; }
}
