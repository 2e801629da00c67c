namespace PieService.Domain.Storage;

/// <summary>
/// The history of a database has a migration that this version does not have, so this version cannot migrate it.
/// </summary>
/// <param name="message">The message is written for the person who starts the service, and states what to do.</param>
public sealed class UnknownMigrationsException(string message) : InvalidOperationException(message);
