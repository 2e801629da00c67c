using Npgsql;

namespace PieService.Domain.Storage;

/// <summary>Tells "the database cannot be reached at the moment" from "it refused".</summary>
public static class DatabaseOutage
{
    /// <summary>EF Core wraps what Npgsql throws, and itself once more, so every cause is looked at.</summary>
    public static bool IsCauseOf(Exception exception)
    {
        for (var cause = exception; cause is not null; cause = cause.InnerException)
        {
            // Class 57: the server is being shut down, or starts.
            if (cause is NpgsqlException { IsTransient: true } or TimeoutException or PostgresException { SqlState: ['5', '7', ..] }) return true;
        }
        return false;
    }
}
