namespace PieService.Domain.Runs;

/// <summary>A worker process as the service last heard of it.</summary>
public sealed class WorkerBeat
{
    public required string Id { get; init; }
    public required string Machine { get; init; }

    /// <summary>Runs that it trains at once.</summary>
    public int Slots { get; init; }
    public required string Device { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset LastBeatAt { get; init; }
}
