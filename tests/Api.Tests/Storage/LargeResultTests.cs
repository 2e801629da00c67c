using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PieService.Domain.Predictions;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.TestSupport;

namespace PieService.Api.Tests.Storage;

/// <summary>Results that take longer to store than the timeout of other commands; here a lock delays them.</summary>
public sealed class LargeResultTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private readonly IDbContextFactory<PieDbContext> contexts =
        api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>();

    [Theory]
    [InlineData("epoch")]
    [InlineData("result")]
    [InlineData("new predictions")]
    public async Task A_result_may_take_longer_to_store_than_the_timeout_of_other_commands(string what)
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 1));
        var run = (await api.Situations.RunsOfAsync(sweep)).Single();
        await using var other = await contexts.CreateDbContextAsync();
        if (what == "new predictions")
        {
            await api.Situations.TrainAsync(run);
            await other.Database.ExecuteSqlAsync($"""
                UPDATE runs SET state = 'queued', predict_again = true, model_store = {api.Situations.Worker.Store}
                WHERE id = {run.Id}
                """);
        }
        var lease = await api.Situations.ClaimAsync(run.Id);
        await using var hold = await other.Database.BeginTransactionAsync();
        await other.Database.ExecuteSqlAsync($"LOCK TABLE run_predictions, run_observations IN ACCESS EXCLUSIVE MODE");
        await using var database = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(api.ConnectionString) { CommandTimeout = 1 });
        var options = new DbContextOptionsBuilder<PieDbContext>();
        PieDbContext.Configure(options, database);
        var leases = new RunLeases(
            new PooledDbContextFactory<PieDbContext>(options.Options), LeaseSettings.From(_ => null));

        var stored = StoreAsync(leases, lease, run, what);
        await Until.HoldsAsync(async () => stored.IsCompleted || await Sql.ScalarAsync(
            api.ConnectionString,
            """
            SELECT EXISTS (
                SELECT FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'
                    AND query_start < clock_timestamp() - interval '2 seconds')
            """) is true);
        await hold.RollbackAsync();

        Assert.True(await stored);
    }

    private static Task<bool> StoreAsync(RunLeases leases, RunLease lease, Run run, string what)
    {
        var predictions = Situations.Predictions(run, (_, _) => 0);
        var observation = new RunObservation
        {
            RunId = run.Id,
            Epoch = 0,
            Examples = predictions.Examples,
            ClassCount = predictions.ClassCount,
            Classes = predictions.Classes,
            Scores = predictions.Scores!,
        };
        return what switch
        {
            "epoch" => leases.RecordEpochAsync(lease, new([], 1, null, observation), CancellationToken.None),
            "result" => leases.SucceedAsync(
                lease, new(Situations.Outcome, "cpu", [predictions]), CancellationToken.None),
            _ => leases.PredictAgainAsync(
                lease, Situations.Outcome.Test, threshold: null,
                new("cpu", "avx2", 1, Situations.Outcome.Host, 18, "test"), [predictions], CancellationToken.None),
        };
    }
}
