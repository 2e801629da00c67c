using Npgsql;

namespace PieService.Domain.Storage;

/// <summary>
/// Distinguishes "the database cannot be reached at the moment" from "the database refused the statement".
/// </summary>
public static class DatabaseOutage
{
    /// <summary>
    /// EF Core wraps exceptions of Npgsql, and wraps its own again, so every inner exception is checked.
    /// </summary>
    public static bool IsCauseOf(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            // Class 57: the server is shutting down or starting.
            if (cause is NpgsqlException { IsTransient: true } or TimeoutException
                or PostgresException { SqlState: ['5', '7', ..] }) return true;
        }
        return false;
    }
}
