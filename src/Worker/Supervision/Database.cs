using PieService.Domain.Storage;

namespace PieService.Worker.Supervision;

internal static class Database
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromSeconds(1);

    /// <summary>Says something to the database until it has heard it: a result must not be lost to an outage.</summary>
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
