using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.Common;
using Hangfire.Dashboard;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Npgsql;

namespace PieService.Hosting;

/// <summary>
/// Configures Hangfire for the hosts of both programs. Hangfire only wakes workers: the rows decide which worker trains
/// a run (docs/decisions/0002-rows-are-the-truth.md), so its own retries and its short default timeouts are disabled.
/// </summary>
public static class QueueStorage
{
    /// <summary>Queues are served in alphabetical order, whatever order they are listed in.</summary>
    public const string LabelQueue = "a-labels";

    public const string RunQueue = "b-runs";

    // These are settings of the process, the same for all of its hosts.
    static QueueStorage() =>
        GlobalConfiguration.Configuration.UseSimpleAssemblyNameTypeSerializer().UseRecommendedSerializerSettings();

    /// <summary>
    /// Registers the services that Hangfire's clients, servers and pages need. This replaces Hangfire's AddHangfire,
    /// which sets the log provider and the activator of the whole process to those of one host and leaves them in place
    /// when the host has ended.
    /// </summary>
    public static void AddQueue(this IServiceCollection services, string connectionString, int maxPoolSize)
    {
        services.AddSingleton<QueueLog>();
        services.AddSingleton<JobStorage>(provider =>
        {
            // Every user of Hangfire resolves its storage, so its messages are logged from then on.
            provider.GetRequiredService<QueueLog>();
            return Open(connectionString, maxPoolSize);
        });
        services.AddSingleton<JobActivator>(provider =>
            new AspNetCoreJobActivator(provider.GetRequiredService<IServiceScopeFactory>()));
        services.AddSingleton<IJobFilterProvider>(Filters());
        services.AddSingleton<ITimeZoneResolver>(new DefaultTimeZoneResolver());
        services.AddSingleton<IBackgroundJobClientV2>(provider => new BackgroundJobClient(
            provider.GetRequiredService<JobStorage>(), provider.GetRequiredService<IJobFilterProvider>()));
        services.AddSingleton(DashboardRoutes.Routes);
        // Hangfire's extension methods require this service as the sign that its services are registered.
        services.AddSingleton<IGlobalConfiguration>(GlobalConfiguration.Configuration);
    }

    /// <summary>
    /// Returns Hangfire's default filters without its retries: attempts are counted in the run's row, and with a second
    /// counter a failing run would be trained ten times. A message that fails is deleted and expires as a processed one
    /// does; Hangfire would keep it for good.
    /// </summary>
    private static JobFilterProviderCollection Filters() => new(
        new JobFilterCollection
        {
            new CaptureCultureAttribute(), new StatisticsHistoryAttribute(), new ContinuationsSupportAttribute(),
            new AutomaticRetryAttribute { Attempts = 0, OnAttemptsExceeded = AttemptsExceededAction.Delete },
        },
        new JobFilterAttributeFilterProvider());

    private static PostgreSqlStorage Open(string connectionString, int maxPoolSize)
    {
        var pool = new NpgsqlConnectionStringBuilder(connectionString)
        {
            MaxPoolSize = maxPoolSize,
            ApplicationName = "pie-hangfire",
        };
        var options = new PostgreSqlStorageOptions
        {
            SchemaName = "hangfire",
            PrepareSchemaIfNecessary = false,
            // With the default, a fetched job is invisible for 30 minutes only, and is then given to a second worker.
            UseSlidingInvisibilityTimeout = true,
            InvisibilityTimeout = TimeSpan.FromMinutes(10),
            // A new message wakes the servers by a notification; the poll finds those of lost notifications.
            EnableLongPolling = true,
            QueuePollInterval = TimeSpan.FromSeconds(10),
            JobExpirationCheckInterval = TimeSpan.FromMinutes(1),
            // A lock is a row, which stays when its holder or the database dies, and a server that waits for it cannot
            // stop for minutes. With the default it is taken over only after ten minutes. Hangfire holds its locks for
            // about a second; if clocks differ by more than this timeout, two servers hold one, and the second to
            // release it logs an error. That does no harm, since the rows of the runs decide.
            DistributedLockTimeout = TimeSpan.FromSeconds(15),
        };
        return new PostgreSqlStorage(new NpgsqlConnectionFactory(pool.ConnectionString, options), options)
        {
            // A processed message is not needed any more: the row has the result of the run.
            JobExpirationTimeout = TimeSpan.FromMinutes(5),
        };
    }
}
