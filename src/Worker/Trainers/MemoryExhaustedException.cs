namespace PieService.Worker.Trainers;

/// <summary>
/// The memory of the device was too small for the examples that the trainer computed at once; with fewer the run may
/// succeed.
/// </summary>
public sealed class MemoryExhaustedException(string message) : Exception(message);
