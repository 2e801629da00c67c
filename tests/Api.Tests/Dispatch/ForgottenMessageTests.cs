using Hangfire;
using Hangfire.Common;
using Hangfire.States;
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
        Assert.Equal(0L, await ScalarAsync(Kept));

        // Advance the time by minutes; a server checks at its start and every minute.
        await ScalarAsync("UPDATE hangfire.job SET expireat = now() - interval '1 second'");
        using (Server(queue.Storage)) await UntilNoneAsync("SELECT count(*) FROM hangfire.job");
        foreach (var table in new[] { "state", "jobparameter", "jobqueue" })
            Assert.Equal(0L, await ScalarAsync($"SELECT count(*) FROM hangfire.{table}"));
    }

    [Fact]
    public async Task A_message_that_fails_is_tried_once_and_deleted_within_minutes()
    {
        var queue = api.Services.GetRequiredService<IBackgroundJobClientV2>();
        var id = queue.Enqueue<ITrainNextRun>("b-runs", run => run.ExecuteAsync(CancellationToken.None));
        var worker = new Nothing { Failure = new TimeoutException("The database does not answer.") };

        using (Server(queue.Storage, worker)) await UntilNoneAsync("SELECT count(*) FROM hangfire.jobqueue");

        using var connection = queue.Storage.GetConnection();
        Assert.Equal((1, DeletedState.StateName), (worker.Attempts, connection.GetStateData(id).Name));
        Assert.Equal(0L, await ScalarAsync(Kept));
    }

    /// <summary>The messages that are kept for longer than processed ones.</summary>
    private const string Kept =
        "SELECT count(*) FROM hangfire.job WHERE expireat IS NULL OR expireat > now() + interval '6 minutes'";

    private BackgroundJobServer Server(JobStorage storage, Nothing? worker = null) => new(
        new BackgroundJobServerOptions
        {
            Queues = ["b-runs"],
            WorkerCount = 2,
            Activator = worker ?? new Nothing(),
            FilterProvider = api.Services.GetRequiredService<IJobFilterProvider>(),
        },
        storage);

    private Task UntilNoneAsync(string count) => Until.HoldsAsync(async () => await ScalarAsync(count) is 0L, count);

    private Task<object?> ScalarAsync(string sql) => Sql.ScalarAsync(api.ConnectionString, sql);

    /// <summary>A worker without a run to train, or one whose attempts fail.</summary>
    private sealed class Nothing : JobActivator, ITrainNextRun
    {
        private int attempts;

        public int Attempts => attempts;

        public Exception? Failure { get; init; }

        public override object ActivateJob(Type jobType) => this;

        public Task ExecuteAsync(CancellationToken cancellation)
        {
            Interlocked.Increment(ref attempts);
            return Failure is null ? Task.CompletedTask : Task.FromException(Failure);
        }
    }
}
