namespace PieService.Domain.Runs;

/// <summary>A worker process as the service last heard of it.</summary>
public sealed class WorkerBeat
{
    public required string Id { get; init; }
    public required string Machine { get; init; }

    /// <summary>Runs that it trains at once; 0 where its arithmetic is wrong.</summary>
    public int Slots { get; init; }
    public required string Device { get; init; }

    /// <summary>Why it takes no new run at the moment, such as a full disk; null: it does.</summary>
    public string? ShortOf { get; init; }

    /// <summary>Names of the word vectors that it has.</summary>
    public string[] Vectors { get; init; } = [];

    /// <summary>Names of the pretrained checkpoints that it can use.</summary>
    public string[] Checkpoints { get; init; } = [];

    /// <summary>What is known of both; a large one is listed when it has been read once.</summary>
    public IReadOnlyList<ModelFile> Models { get; init; } = [];

    /// <summary>What each of its devices showed at its start.</summary>
    public IReadOnlyList<ArithmeticReport> Arithmetic { get; init; } = [];
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset LastBeatAt { get; init; }
}
