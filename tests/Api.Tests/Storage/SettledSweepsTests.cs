using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PieService.Domain.Storage;
using PieService.TestSupport;

namespace PieService.Api.Tests.Storage;

/// <summary>
/// The progress of a sweep is what counting its runs gives, whether its totals are stored or not. The sweep watch
/// stores totals too, in the background, so no test requires that there are none.
/// </summary>
public sealed class SettledSweepsTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task The_totals_of_a_sweep_whose_runs_have_ended_are_those_of_its_runs()
    {
        var sweep = await EndedAsync();

        await StoreAsync(sweep);

        Assert.Equal(1L, await StoredAsync(sweep));
        await AssertAsCountedAsync(sweep);
        await using var db = await ContextAsync();
        var totals = await db.SweepTotals.SingleAsync(found => found.SweepId == sweep);
        Assert.Equal((6, 6), (totals.Runs, totals.Succeeded));
        Assert.Equal(6L * Situations.TestExamples, totals.Predictions["test"]);
    }

    [Fact]
    public async Task A_sweep_with_a_run_that_waits_has_no_totals()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 2, "MP-AI"));

        await TryToStoreAsync(sweep);

        Assert.Equal(0L, await StoredAsync(sweep));
    }

    [Theory]
    [InlineData("UPDATE runs SET state = 'queued', started_at = NULL WHERE id = @run")]
    [InlineData("UPDATE runs SET state = 'failed', finished_at = now() WHERE id = @run")]
    [InlineData("UPDATE runs SET epochs_total = epochs_total + 1 WHERE id = @run")]
    [InlineData("UPDATE sweep_runs SET shared_epochs = shared_epochs + 1 WHERE run_id = @run")]
    [InlineData("DELETE FROM sweep_runs WHERE run_id = @run")]
    [InlineData("DELETE FROM runs WHERE id = @run")]
    public async Task A_change_of_a_run_is_seen_at_once(string change)
    {
        var sweep = await EndedAsync();
        await StoreAsync(sweep);

        await ChangeAsync(sweep, change);

        await AssertAsCountedAsync(sweep);
    }

    /// <summary>The shared epochs of a branch that failed count as done if its trunk has succeeded.</summary>
    [Fact]
    public async Task A_change_of_the_trunk_of_a_run_is_seen_at_once()
    {
        var sweep = await EndedAsync();
        await Sql.ExecuteAsync(api.ConnectionString, $"""
            UPDATE runs SET state = 'failed', epochs_done = 0, predicted_splits = NULL,
                trunk_run_id = (SELECT id FROM runs WHERE sweep_id = '{sweep}' AND method = 'dense' AND seed = 0)
            WHERE sweep_id = '{sweep}' AND method = 'MP-AI' AND seed = 0;
            UPDATE sweep_runs SET shared_epochs = 1 WHERE sweep_id = '{sweep}'
            """);
        await StoreAsync(sweep);
        var before = await DoneAsync(sweep);

        await Sql.ExecuteAsync(api.ConnectionString, $"""
            UPDATE runs SET state = 'failed', epochs_done = epochs_total
            WHERE sweep_id = '{sweep}' AND method = 'dense' AND seed = 0
            """);

        await AssertAsCountedAsync(sweep);
        Assert.Equal(before - 1, await DoneAsync(sweep));
    }

    /// <summary>Without its lock the transaction would store the totals from before the change, for good.</summary>
    [Fact]
    public async Task Totals_are_not_stored_while_a_run_is_being_changed()
    {
        var sweep = await EndedAsync();
        await using var change = await BeginAsync(
            $"UPDATE runs SET state = 'failed', predicted_splits = NULL WHERE sweep_id = '{sweep}' AND seed = 0");

        await TryToStoreAsync(sweep);
        await CommitAsync(change);

        await AssertAsCountedAsync(sweep);
    }

    [Fact]
    public async Task Totals_are_not_stored_while_a_run_is_being_linked()
    {
        var (sweep, other) = (await EndedAsync(), await EndedAsync());
        await using var change = await BeginAsync($"""
            INSERT INTO sweep_runs SELECT (jsonb_populate_record(link,
                jsonb_build_object('sweep_id', '{sweep}', 'ordinal', 1000 + link.ordinal))).*
            FROM sweep_runs AS link WHERE sweep_id = '{other}'
            """);

        await TryToStoreAsync(sweep);
        await CommitAsync(change);

        await AssertAsCountedAsync(sweep);
    }

    [Fact]
    public async Task A_shared_run_that_is_queued_again_changes_the_totals_of_each_of_its_sweeps()
    {
        var dataset = await api.Situations.DatasetAsync();
        var first = await EndedAsync(dataset);
        var second = await EndedAsync(dataset);
        await StoreAsync(first);
        await StoreAsync(second);

        await ChangeAsync(first, "UPDATE runs SET state = 'queued', predict_again = true WHERE id = @run");

        await AssertAsCountedAsync(first);
        await AssertAsCountedAsync(second);
    }

    /// <summary>
    /// One look stores the totals of ten sweeps. Nothing changes afterwards, so without the bell that the watch rings
    /// the others would wait for its next look, up to a minute later.
    /// </summary>
    [Fact]
    public async Task The_totals_of_more_sweeps_than_one_look_stores_are_stored_without_waiting()
    {
        const int Copies = (2 * SettledSweeps.AtOnce) + 5;
        var sweep = await EndedAsync();
        await Sql.ExecuteAsync(api.ConnectionString, $"""
            INSERT INTO sweeps SELECT (jsonb_populate_record(sweep, jsonb_build_object(
                'id', gen_random_uuid(), 'name', 'copy of {sweep}'))).*
            FROM sweeps AS sweep, generate_series(1, {Copies}) WHERE sweep.id = '{sweep}';
            INSERT INTO sweep_runs SELECT (jsonb_populate_record(link, jsonb_build_object('sweep_id', copy.id))).*
            FROM sweep_runs AS link, sweeps AS copy
            WHERE link.sweep_id = '{sweep}' AND copy.name = 'copy of {sweep}'
            """);

        await Until.HoldsAsync(
            async () => (long)(await Sql.ScalarAsync(api.ConnectionString, $"""
                SELECT count(*) FROM sweep_totals JOIN sweeps ON sweeps.id = sweep_id WHERE name = 'copy of {sweep}'
                """))! == Copies,
            "the totals of all copies are stored", TimeSpan.FromSeconds(30), () => "");
    }

    private async Task<Guid> EndedAsync(Domain.Datasets.Dataset? dataset = null)
    {
        var sweep = await api.SubmitAsync(
            Situations.Request(dataset ?? await api.Situations.DatasetAsync(), 3, "MP-AI"));
        await api.Situations.TrainAsync(sweep, (_, position) => position % 3);
        await api.Situations.LabelAsync(sweep);
        return sweep;
    }

    private async Task StoreAsync(Guid sweep)
    {
        await using var db = await ContextAsync();
        await StoredTotals.StoreAsync(db, sweep);
    }

    /// <summary>Stores them unless another transaction has a lock.</summary>
    private async Task TryToStoreAsync(Guid sweep)
    {
        await using var db = await ContextAsync();
        await SettledSweeps.StoreAsync(db, sweep, CancellationToken.None);
    }

    private async Task ChangeAsync(Guid sweep, string change)
    {
        var run = await Sql.ScalarAsync(
            api.ConnectionString, $"SELECT run_id FROM sweep_runs WHERE sweep_id = '{sweep}' ORDER BY ordinal LIMIT 1");
        await Sql.ExecuteAsync(api.ConnectionString, change.Replace("@run", $"'{run}'", StringComparison.Ordinal));
    }

    private async Task<NpgsqlConnection> BeginAsync(string change)
    {
        var connection = new NpgsqlConnection(api.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"BEGIN; {change}", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private static async Task CommitAsync(NpgsqlConnection connection)
    {
        await using var command = new NpgsqlCommand("COMMIT", connection);
        await command.ExecuteNonQueryAsync();
    }

    private Task<object?> StoredAsync(Guid sweep) =>
        Sql.ScalarAsync(api.ConnectionString, $"SELECT count(*) FROM sweep_totals WHERE sweep_id = '{sweep}'");

    private async Task<long> DoneAsync(Guid sweep) => (long)(await Sql.ScalarAsync(
        api.ConnectionString, $"SELECT epochs_done FROM sweep_progress WHERE sweep_id = '{sweep}'"))!;

    private async Task AssertAsCountedAsync(Guid sweep) => Assert.Equal(true, await Sql.ScalarAsync(
        api.ConnectionString, $"""
        SELECT (runs_total, runs_queued, runs_running, runs_succeeded, runs_failed, runs_cancelled,
                progress.epochs_total, progress.epochs_done, progress.epochs_shared)
            IS NOT DISTINCT FROM (total, queued, running, succeeded, failed, cancelled,
                counted.epochs_total, counted.epochs_done, counted.epochs_shared)
        FROM sweep_progress AS progress JOIN counted_runs AS counted USING (sweep_id) WHERE sweep_id = '{sweep}'
        """));

    private Task<PieDbContext> ContextAsync() =>
        api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>().CreateDbContextAsync();
}
