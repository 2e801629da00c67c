using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.TestSupport;

namespace PieService.Api.Tests.Storage;

/// <summary>
/// Changes to a comparison while it is labelled: the labelling is stopped after it has read its runs and before it
/// writes.
/// </summary>
public sealed class ComparisonLabelsTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private readonly IDbContextFactory<PieDbContext> contexts =
        api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>();

    [Fact]
    public async Task A_run_that_ends_while_its_comparison_is_labelled_does_not_wait_and_has_it_labelled_again()
    {
        var sweep = await SubmitAsync();
        var runs = await api.Situations.RunsOfAsync(sweep);
        foreach (var run in runs.Where(run => run.Seed != 2)) await api.Situations.TrainAsync(run);
        await using var other = await contexts.CreateDbContextAsync();
        await using var hold = await HoldLabelsAsync(other);
        var labelling = api.Situations.LabelAsync(sweep);
        await Until.HoldsAsync(() => WaitingAsync("relation"));

        // Without a timeout it would wait for the labels, and the labels for this test.
        foreach (var run in runs.Where(run => run.Seed == 2))
            await api.Situations.TrainAsync(run).WaitAsync(TimeSpan.FromMinutes(1));

        await hold.RollbackAsync();
        await labelling;
        Assert.Equal(2, await SeedsAsync(sweep));
        await api.Situations.LabelAsync(sweep);
        Assert.Equal(3, await SeedsAsync(sweep));
    }

    [Fact]
    public async Task A_run_that_ends_before_a_second_delivery_has_its_comparison_labelled_by_that_delivery()
    {
        var sweep = await SubmitAsync();
        var runs = await api.Situations.RunsOfAsync(sweep);
        foreach (var run in runs.Where(run => run.Seed != 2)) await api.Situations.TrainAsync(run);
        await using var other = await contexts.CreateDbContextAsync();
        await using var hold = await HoldLabelsAsync(other);
        var first = api.Situations.LabelAsync(sweep);
        await Until.HoldsAsync(() => WaitingAsync("relation"));

        foreach (var run in runs.Where(run => run.Seed == 2)) await api.Situations.TrainAsync(run);
        var second = api.Situations.LabelAsync(sweep);
        await Until.HoldsAsync(() => WaitingAsync("advisory"));
        await hold.RollbackAsync();
        await Task.WhenAll(first, second);

        Assert.Equal(3, await SeedsAsync(sweep));
    }

    [Fact]
    public async Task Two_jobs_for_the_same_comparison_label_it_one_after_the_other()
    {
        var sweep = await SubmitAsync();
        await api.Situations.TrainAsync(sweep, (_, example) => example % 3);
        await using var other = await contexts.CreateDbContextAsync();
        await using var hold = await HoldLabelsAsync(other);
        var both = Task.WhenAll(api.Situations.LabelAsync(sweep), api.Situations.LabelAsync(sweep));
        await Until.HoldsAsync(() => WaitingAsync("relation"));
        await Until.HoldsAsync(() => WaitingAsync("advisory"));

        await hold.RollbackAsync();
        await both;

        Assert.Equal(3, await SeedsAsync(sweep));
    }

    /// <summary>
    /// While the statement that begins a labelling waits for the row, a run ends, and a labelling that has not read the
    /// run is committed.
    /// </summary>
    [Fact]
    public async Task A_labelling_that_waited_for_its_row_is_later_than_the_labels_written_meanwhile()
    {
        var sweep = await SubmitAsync();
        await api.Situations.TrainAsync(sweep, (_, example) => example % 3);
        await using var other = await contexts.CreateDbContextAsync();
        await using var hold = await other.Database.BeginTransactionAsync();
        await other.Database.ExecuteSqlAsync(
            $"SELECT FROM comparisons WHERE sweep_id = {sweep} FOR NO KEY UPDATE");
        var labelling = api.Situations.LabelAsync(sweep);
        await Until.HoldsAsync(() => WaitingAsync("transactionid"));

        await other.Database.ExecuteSqlAsync($"""
            UPDATE comparisons SET labelling_asked_at = NULL, labelled_at = clock_timestamp() WHERE sweep_id = {sweep}
            """);
        await hold.CommitAsync();
        await labelling;

        Assert.Equal(3, await SeedsAsync(sweep));
    }

    [Fact]
    public async Task Labelling_again_gives_the_same_result()
    {
        var sweep = await SubmitAsync();
        await api.Situations.TrainAsync(
            sweep, (run, example) => (example + run.Seed * (run.Method == Method.Dense ? 1 : 2)) % 3);
        await api.Situations.LabelAsync(sweep);
        var (before, at) = (await LabelsAsync(sweep), await LabelledAtAsync(sweep));
        await AskAsync<Guid>(
            $"UPDATE comparisons SET labelling_asked_at = NULL WHERE sweep_id = {sweep} RETURNING id AS \"Value\"");

        await api.Situations.LabelAsync(sweep);

        Assert.NotEqual(at, await LabelledAtAsync(sweep));
        Assert.Equal(before, await LabelsAsync(sweep));
    }

    /// <summary>One byte is less than an example has, so each example is a block; all of them have less than a
    /// mebibyte.</summary>
    [Theory]
    [InlineData(LearningTask.SingleLabel)]
    [InlineData(LearningTask.MultiLabel)]
    public async Task Blocks_of_any_size_give_the_same_labels_summary_and_scores(LearningTask task)
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(task), seeds: 4, "MP-AI");
        request["extraDenseSeeds"] = 3;
        var sweep = await api.SubmitAsync(request);
        // The cohorts differ on 5 of the 8 examples; the pruned cohort is tied on the 4 with an odd position.
        static int Answer(Run run, int example) => run.Method == Method.Dense
            ? (example + (run.Seed / 3)) % 3 : ((2 * example) + (run.Seed / 2 * (example % 2))) % 3;
        if (task == LearningTask.SingleLabel) await api.Situations.TrainAsync(sweep, Answer);
        else await api.Situations.TrainMultiLabelAsync(sweep, (run, example) => 1 + (2 * Answer(run, example)), 0.5);

        var results = new List<string>();
        foreach (var blockBytes in new[] { 1, 40, 1 << 20 })
        {
            await using var db = await contexts.CreateDbContextAsync();
            await db.Database.ExecuteSqlAsync($"UPDATE comparisons SET labelling_asked_at = NULL");
            var id = (await db.Comparisons.SingleAsync(comparison => comparison.SweepId == sweep)).Id;
            await new ComparisonLabels(contexts, blockBytes).ExecuteAsync(id, CancellationToken.None);
            results.Add(await LabelsAsync(sweep) + await AskAsync<string>($"""
                SELECT summary::text || classes::text || result::text AS "Value"
                FROM comparisons JOIN class_scores ON class_scores.comparison_id = id
                    JOIN comparison_analyses ON comparison_analyses.comparison_id = id
                WHERE sweep_id = {sweep}
                """));
        }

        Assert.Equal((5, 4), await PiesAndTiesAsync(sweep));
        Assert.Equal([results[0], results[0]], results[1..]);
    }

    /// <summary>The rows of the COPY wait for another transaction that has inserted a row with the same key.</summary>
    [Fact]
    public async Task Labels_may_take_longer_to_write_than_the_timeout_of_other_commands()
    {
        var sweep = await SubmitAsync();
        await api.Situations.TrainAsync(sweep, (_, example) => example % 3);
        await using var other = await contexts.CreateDbContextAsync();
        await using var hold = await other.Database.BeginTransactionAsync();
        await other.Database.ExecuteSqlAsync($"""
            INSERT INTO pie_labels (comparison_number, position, gold, dense_votes, pruned_votes, dense_runs,
                pruned_runs,
                dense_mode, pruned_mode, dense_tied, pruned_tied, margin, is_pie, taxicab, self_confidence)
            SELECT number, 7, 0, '', '', 3, 3, 0, 0, false, false, 1, false, 0, 1
            FROM comparisons WHERE sweep_id = {sweep}
            """);
        var id = await AskAsync<Guid>($"SELECT id AS \"Value\" FROM comparisons WHERE sweep_id = {sweep}");
        await using var database = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(api.ConnectionString) { CommandTimeout = 1 });
        var options = new DbContextOptionsBuilder<PieDbContext>();
        PieDbContext.Configure(options, database);
        var labelling = new ComparisonLabels(new PooledDbContextFactory<PieDbContext>(options.Options))
            .ExecuteAsync(id, CancellationToken.None);
        await Until.HoldsAsync(async () => labelling.IsCompleted || await AskAsync<bool>($"""
            SELECT EXISTS (
                SELECT 1 FROM pg_stat_activity
                WHERE query LIKE 'COPY pie_labels%' AND query_start < clock_timestamp() - interval '2 seconds'
                    AND state = 'active' AND datname = current_database()) AS "Value"
            """));

        await hold.RollbackAsync();
        await labelling;

        Assert.Equal(3, await SeedsAsync(sweep));
    }

    [Fact]
    public async Task A_run_with_predictions_of_fewer_examples_is_refused()
    {
        var sweep = await SubmitAsync();
        await api.Situations.TrainAsync(sweep, (_, _) => 0);
        await Sql.ExecuteAsync(
            api.ConnectionString,
            $"""
            UPDATE run_predictions SET classes = substring(classes FROM 3)
            FROM sweep_runs WHERE sweep_runs.run_id = run_predictions.run_id AND sweep_runs.sweep_id = '{sweep}'
            """);

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => api.Situations.LabelAsync(sweep));

        Assert.Contains("has 14 bytes of classes for 8 examples", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_comparison_without_a_run_is_labelled_without_a_summary()
    {
        var sweep = await SubmitAsync();
        await Sql.ExecuteAsync(
            api.ConnectionString,
            $"UPDATE comparisons SET expected_dense = 0, expected_pruned = 0 WHERE sweep_id = '{sweep}'");

        await api.Situations.LabelAsync(sweep);

        Assert.Equal(
            1L,
            await AskAsync<long>($"""
                SELECT count(*) AS "Value" FROM comparisons
                WHERE sweep_id = {sweep} AND labelled_at IS NOT NULL AND summary IS NULL
                """));
    }

    private async Task<Guid> SubmitAsync() =>
        await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), seeds: 3, "MP-AI"));

    private static async Task<IDbContextTransaction> HoldLabelsAsync(PieDbContext db)
    {
        var transaction = await db.Database.BeginTransactionAsync();
        await db.Database.ExecuteSqlAsync($"LOCK TABLE pie_labels IN ACCESS EXCLUSIVE MODE");
        return transaction;
    }

    /// <summary>Whether a session waits for such a lock in this database.</summary>
    private Task<bool> WaitingAsync(string type) => AskAsync<bool>($"""
        SELECT EXISTS (
            SELECT 1 FROM pg_stat_activity
            WHERE wait_event_type = 'Lock' AND wait_event = {type} AND datname = current_database()) AS "Value"
        """);

    private async Task<T> AskAsync<T>(FormattableString sql)
    {
        await using var db = await contexts.CreateDbContextAsync();
        return (await db.Database.SqlQuery<T>(sql).ToListAsync()).Single();
    }

    private async Task<int> SeedsAsync(Guid sweep) =>
        (int)(await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!["seeds"]!["pruned"]!;

    private Task<string> LabelsAsync(Guid sweep) => AskAsync<string>($"""
        SELECT string_agg(pie_labels::text, ' ' ORDER BY position) AS "Value" FROM pie_labels
            JOIN comparisons ON number = comparison_number WHERE sweep_id = {sweep}
        """);

    private async Task<(int Pies, int Ties)> PiesAndTiesAsync(Guid sweep)
    {
        await using var db = await contexts.CreateDbContextAsync();
        var labels = db.PieLabels.Where(label => db.Comparisons.Any(
            comparison => comparison.SweepId == sweep && comparison.Number == label.ComparisonNumber));
        return (await labels.CountAsync(label => label.IsPie),
            await labels.CountAsync(label => label.DenseTied || label.PrunedTied));
    }

    private Task<DateTime> LabelledAtAsync(Guid sweep) =>
        AskAsync<DateTime>($"""SELECT labelled_at AS "Value" FROM comparisons WHERE sweep_id = {sweep}""");
}
