using Hangfire;
using Hangfire.Common;
using Microsoft.Extensions.DependencyInjection;
using PieService.Domain.Runs;
using PieService.TestSupport;

namespace PieService.Api.Tests.Dispatch;

/// <summary>
/// Hangfire keeps no history of messages: its tables are as small after 100,000 runs as after the first.
/// </summary>
public sealed class ForgottenMessageTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_processed_message_is_deleted_within_minutes_with_all_its_records()
    {
        var queue = api.Services.GetRequiredService<IBackgroundJobClientV2>();
        for (var i = 0; i < 20; i++)
            queue.Enqueue<ITrainNextRun>("b-runs", run => run.ExecuteAsync(CancellationToken.None));

        using (Server(queue.Storage)) await UntilNoneAsync("SELECT count(*) FROM hangfire.jobqueue");
        Assert.Equal(
            0L, await ScalarAsync(
                "SELECT count(*) FROM hangfire.job WHERE expireat IS NULL OR expireat > now() + interval '6 minutes'"));

        // Advance the time by minutes; a server checks at its start and every minute.
        await ScalarAsync("UPDATE hangfire.job SET expireat = now() - interval '1 second'");
        using (Server(queue.Storage)) await UntilNoneAsync("SELECT count(*) FROM hangfire.job");
        foreach (var table in new[] { "state", "jobparameter", "jobqueue" })
            Assert.Equal(0L, await ScalarAsync($"SELECT count(*) FROM hangfire.{table}"));
    }

    private BackgroundJobServer Server(JobStorage storage) => new(
        new BackgroundJobServerOptions
        {
            Queues = ["b-runs"],
            WorkerCount = 2,
            Activator = new Nothing(),
            FilterProvider = api.Services.GetRequiredService<IJobFilterProvider>(),
        },
        storage);

    private Task UntilNoneAsync(string count) => Until.HoldsAsync(async () => await ScalarAsync(count) is 0L, count);

    private Task<object?> ScalarAsync(string sql) => Sql.ScalarAsync(api.ConnectionString, sql);

    /// <summary>A worker without a run to train.</summary>
    private sealed class Nothing : JobActivator, ITrainNextRun
    {
        public override object ActivateJob(Type jobType) => this;

        public Task ExecuteAsync(CancellationToken cancellation) => Task.CompletedTask;
    }
}
