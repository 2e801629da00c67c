namespace PieService.Api.Backups;

/// <summary>A backup cannot be written or restored; the message states what to do.</summary>
public sealed class BackupException(string message) : Exception(message);
