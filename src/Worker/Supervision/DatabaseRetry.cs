using PieService.Domain.Storage;

namespace PieService.Worker.Supervision;

internal static class DatabaseRetry
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    /// <summary>Repeats a write until the database has confirmed it: a result must not be lost in an outage.</summary>
    public static async Task<T> PersistAsync<T>(Func<Task<T>> say, TimeProvider time, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await say();
            }
            catch (Exception away) when (DatabaseOutage.IsCauseOf(away))
            {
                await Task.Delay(BetweenTries, time, cancellation);
            }
        }
    }
}
