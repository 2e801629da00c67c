namespace PieService.Worker.Trainers;

/// <summary>The trainer process or the run in it failed; another attempt may succeed.</summary>
public sealed class TrainerFailedException(string message) : Exception(message);
