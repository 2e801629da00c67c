namespace PieService.Worker.Trainers;

/// <summary>
/// This worker failed before a trainer had the run: none starts on its device, or its files cannot be read or written.
/// The run is not at fault.
/// </summary>
public sealed class WorkerFailedException(string message, Exception failure) : Exception(message, failure);
