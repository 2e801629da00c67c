namespace PieService.Worker.Hub;

/// <summary>A model cannot be downloaded; the message states the reason and what to do.</summary>
public sealed class HubException(string message, Exception? cause = null) : Exception(message, cause);
