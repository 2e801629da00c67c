using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace PieService.Hosting;

/// <summary>
/// Rings bells when rows change: triggers notify of each transaction that has changed what a topic stands for. This
/// process listens on one connection. While it has none, notifications are lost, so each new connection rings every
/// bell. A service that waits for a bell therefore polls only for what becomes due as time passes.
/// </summary>
public sealed class RowChanges(string connectionString, TimeProvider time, ILogger<RowChanges> logger)
    : BackgroundService
{
    /// <summary>The channel of the notifications; their payload is a topic.</summary>
    public const string Channel = "pie_changes";

    private static readonly TimeSpan BetweenAttempts = TimeSpan.FromSeconds(1);

    /// <summary>After this many seconds without a notification the connection is checked.</summary>
    private const int KeepAliveSeconds = 30;

    private readonly Dictionary<Bell, string[]> bells = [];

    /// <summary>Returns a bell that rings after each change of one of these topics.</summary>
    public Bell BellFor(params string[] topics)
    {
        var bell = new Bell(time, Remove);
        lock (bells) bells.Add(bell, topics);
        return bell;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await ListenAsync(stoppingToken);
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                // The service ends.
            }
            catch (Exception lost)
            {
                RowChangesLog.Lost(logger, lost.Message);
                await Task.Delay(BetweenAttempts, time, stoppingToken)
                    .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ListenAsync(CancellationToken cancellation)
    {
        var address = new NpgsqlConnectionStringBuilder(connectionString)
        {
            Pooling = false,
            KeepAlive = KeepAliveSeconds,
        };
        await using var connection = new NpgsqlConnection(address.ConnectionString);
        connection.Notification += (_, change) => Ring(topics => topics.Contains(change.Payload));
        await connection.OpenAsync(cancellation);
        await using (var listen = new NpgsqlCommand($"LISTEN {Channel}", connection))
            await listen.ExecuteNonQueryAsync(cancellation);
        Ring(_ => true);
        while (true) await connection.WaitAsync(cancellation);
    }

    private void Ring(Func<string[], bool> isMeant)
    {
        lock (bells)
        {
            foreach (var (bell, topics) in bells)
            {
                if (isMeant(topics)) bell.Ring();
            }
        }
    }

    private void Remove(Bell bell)
    {
        lock (bells) bells.Remove(bell);
    }
}

public static class RowChangesSetup
{
    public static void AddRowChanges(this IServiceCollection services, string connectionString)
    {
        services.AddSingleton(provider => new RowChanges(
            connectionString, provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<RowChanges>>()));
        services.AddHostedService(provider => provider.GetRequiredService<RowChanges>());
    }
}

internal static partial class RowChangesLog
{
    [LoggerMessage(1, LogLevel.Warning, "Notifications of the database are lost until it is reachable: {Reason}")]
    public static partial void Lost(ILogger logger, string reason);
}
