namespace PieService.Domain.Runs;

/// <summary>A worker process with the state in its last heartbeat.</summary>
public sealed class WorkerBeat
{
    public required string Id { get; init; }
    public required string Machine { get; init; }

    /// <summary>The number of runs that it trains at the same time; 0 if its arithmetic is wrong.</summary>
    public int Slots { get; init; }
    public required string Device { get; init; }

    /// <summary>The type of its devices, by which runs find it: cpu or cuda.</summary>
    public string DeviceType { get; init; } = ComputeDevice.Cpu;

    /// <summary>Its devices, with the state of each GPU at the last heartbeat.</summary>
    public IReadOnlyList<ComputeDevice> Devices { get; init; } = [];

    /// <summary>The versions of the worker and of TorchSharp.</summary>
    public string Versions { get; init; } = "";

    /// <summary>Why it takes no new run at the moment, such as a full disk; null if it takes runs.</summary>
    public string? ShortOf { get; init; }

    /// <summary>Names of the word vectors that it has.</summary>
    public string[] Vectors { get; init; } = [];

    /// <summary>Names of the pretrained checkpoints that it can use.</summary>
    public string[] Checkpoints { get; init; } = [];

    /// <summary>The details of both; a large file is listed after it has been read once.</summary>
    public IReadOnlyList<ModelFile> Models { get; init; } = [];

    /// <summary>The result of the arithmetic checks on each of its devices at its start.</summary>
    public IReadOnlyList<ArithmeticReport> Arithmetic { get; init; } = [];
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset LastBeatAt { get; init; }
}
