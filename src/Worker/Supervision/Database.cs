using Npgsql;

namespace PieService.Worker.Supervision;

internal static class Database
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    /// <summary>The database cannot be reached at the moment, as opposed to: it refused.</summary>
    public static bool IsAway(Exception exception) =>
        exception is NpgsqlException { IsTransient: true } or TimeoutException
        || exception is InvalidOperationException { InnerException: { } inner } && IsAway(inner);

    /// <summary>Says something to the database until it has heard it: a result must not be lost to an outage.</summary>
    public static async Task<T> PersistAsync<T>(Func<Task<T>> say, TimeProvider time, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await say();
            }
            catch (Exception away) when (IsAway(away))
            {
                await Task.Delay(BetweenTries, time, cancellation);
            }
        }
    }
}
