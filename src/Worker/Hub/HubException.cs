namespace PieService.Worker.Hub;

/// <summary>A model cannot be fetched; the message says why, and what to do.</summary>
public sealed class HubException(string message, Exception? cause = null) : Exception(message, cause);
