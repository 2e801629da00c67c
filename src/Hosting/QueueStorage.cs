using Hangfire;
using Hangfire.AspNetCore;
using Hangfire.Common;
using Hangfire.Dashboard;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Npgsql;

namespace PieService.Hosting;

/// <summary>
/// Hangfire as the hosts of both programs use it. It only wakes workers: the rows decide which of them trains a run
/// (docs/decisions/0002-rows-are-the-truth.md), so its own retries and its short defaults are off.
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
    /// What Hangfire's clients, servers and pages take from the container. Not its own AddHangfire, which sets the whole
    /// process's log provider and activator to those of one host, and leaves them there when the host has ended.
    /// </summary>
    public static void AddQueue(this IServiceCollection services, string connectionString, int maxPoolSize)
    {
        services.AddSingleton<QueueLog>();
        services.AddSingleton<JobStorage>(provider =>
        {
            // Whoever uses Hangfire asks for its storage, and logs from then on.
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
        // Hangfire's extensions of hosts and routes look for it as the sign that its services are here.
        services.AddSingleton<IGlobalConfiguration>(GlobalConfiguration.Configuration);
    }

    /// <summary>
    /// Hangfire's own without its retries: attempts are counted in the run's row, and a second authority would train a
    /// failing run ten times.
    /// </summary>
    private static JobFilterProviderCollection Filters() => new(
        new JobFilterCollection
        {
            new CaptureCultureAttribute(), new StatisticsHistoryAttribute(), new ContinuationsSupportAttribute(),
        },
        new JobFilterAttributeFilterProvider());

    private static PostgreSqlStorage Open(string connectionString, int maxPoolSize)
    {
        var pool = new NpgsqlConnectionStringBuilder(connectionString) { MaxPoolSize = maxPoolSize, ApplicationName = "pie-hangfire" };
        var options = new PostgreSqlStorageOptions
        {
            SchemaName = "hangfire",
            PrepareSchemaIfNecessary = false,
            // The default hides a fetched job for 30 minutes only, and then gives it to a second worker.
            UseSlidingInvisibilityTimeout = true,
            InvisibilityTimeout = TimeSpan.FromMinutes(10),
            QueuePollInterval = TimeSpan.FromMilliseconds(500),
            JobExpirationCheckInterval = TimeSpan.FromMinutes(1),
        };
        return new PostgreSqlStorage(new NpgsqlConnectionFactory(pool.ConnectionString, options), options)
        {
            // A message that was heard is of no more interest: the rows tell what became of the run.
            JobExpirationTimeout = TimeSpan.FromMinutes(5),
        };
    }
}
