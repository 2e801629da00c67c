using Hangfire;
using Hangfire.PostgreSql;
using Hangfire.PostgreSql.Factories;
using Npgsql;

namespace PieService.Queue;

/// <summary>
/// Hangfire as both hosts use it; this file is compiled into each. It only rings the bell: rows decide who works
/// (docs/decisions/0002-rows-are-the-truth.md), so its own retries and its short defaults are off.
/// </summary>
internal static class QueueStorage
{
    /// <summary>Queues are served in alphabetical order, whatever order they are listed in.</summary>
    public const string LabelQueue = "a-labels";

    public const string RunQueue = "b-runs";

    public static JobStorage Open(string connectionString, int maxPoolSize)
    {
        // Attempts are counted in the run's row; a second authority would train a failing run ten times.
        GlobalJobFilters.Filters.Remove<AutomaticRetryAttribute>();
        GlobalConfiguration.Configuration.UseSimpleAssemblyNameTypeSerializer().UseRecommendedSerializerSettings();
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
