using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Datasets.Texts;
using PieService.Domain.Storage;
using PieService.TestSupport;

namespace PieService.Api.Tests.Storage;

/// <summary>
/// The protocol of labels; most labellings here fail, because a run has predictions of too few examples. The dispatcher
/// of the API is not asked: the tests take what is due themselves, at times that they set.
/// </summary>
public sealed class LabellingTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private readonly IDbContextFactory<PieDbContext> contexts =
        api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>();

    [Fact]
    public async Task A_failed_labelling_has_an_error_and_the_sweep_goes_on_until_all_attempts_have_failed()
    {
        var sweep = await BrokenSweepAsync();
        for (var attempt = 1; attempt < Labelling.MostAttempts; attempt++)
        {
            await LabelAsync(sweep);
            Assert.Contains("has 14 bytes of classes", (string?)(await ComparisonAsync(sweep))["labellingError"],
                StringComparison.Ordinal);
            var running = await SweepAsync(sweep);
            Assert.Equal("running", (string?)running["state"]);
            Assert.Contains("has 14 bytes of classes", (string?)running["labellingError"], StringComparison.Ordinal);
        }

        await LabelAsync(sweep);

        var failed = await SweepAsync(sweep);
        Assert.Equal("failed", (string?)failed["state"]);
        Assert.NotNull(failed["finishedAt"]);
        Assert.Equal((string?)(await ComparisonAsync(sweep))["labellingError"], (string?)failed["labellingError"]);
    }

    [Fact]
    public async Task A_failed_labelling_is_due_again_after_pauses_that_double_and_not_after_the_last_attempt()
    {
        var sweep = await BrokenSweepAsync();
        foreach (var minutes in new[] { 2, 4, 8, 16 })
        {
            await LabelAsync(sweep);
            Assert.False(await IsDueAsync(sweep, TimeSpan.FromMinutes(minutes - 0.5)));
            Assert.True(await IsDueAsync(sweep, TimeSpan.FromMinutes(minutes + 0.5)));
        }
        await LabelAsync(sweep);
        Assert.False(await IsDueAsync(sweep, TimeSpan.FromDays(7)));
    }

    [Fact]
    public async Task The_pause_after_a_failure_does_not_begin_before_the_failure()
    {
        var sweep = await BrokenSweepAsync();
        var id = await IdAsync(sweep);
        await using var db = await contexts.CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.Database.ExecuteSqlAsync(
            $"UPDATE comparisons SET labelling_asked_at = now() - interval '1 hour' WHERE id = {id}");

        await Labelling.FailAsync(db, id, "an error", CancellationToken.None);

        Assert.DoesNotContain(id, await Labelling.TakeDueAsync(db, messagesWait: false, CancellationToken.None));
    }

    [Fact]
    public async Task A_failure_that_is_recorded_after_the_success_of_another_worker_is_ignored()
    {
        var sweep = await LabellableSweepAsync();
        await LabelAsync(sweep);

        await using (var db = await contexts.CreateDbContextAsync())
            await Labelling.FailAsync(db, await IdAsync(sweep), "an error", CancellationToken.None);

        Assert.Null((string?)(await ComparisonAsync(sweep))["labellingError"]);
        Assert.Equal("succeeded", (string?)(await SweepAsync(sweep))["state"]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(Labelling.MostAttempts)]
    public async Task Retry_failed_asks_for_the_labels_again_and_a_success_removes_the_error(int attempts)
    {
        var sweep = await BrokenSweepAsync();
        for (var attempt = 0; attempt < attempts; attempt++) await LabelAsync(sweep);
        await RepairAsync(sweep);

        var retried = await api.PostAsync($"/api/v1/sweeps/{sweep}/retry-failed", new JsonObject());
        Assert.Equal(("running", null), ((string?)retried["state"], (string?)retried["labellingError"]));
        await LabelAsync(sweep);

        var comparison = await ComparisonAsync(sweep);
        Assert.Equal((8, null), ((int)comparison["examples"]!, (string?)comparison["labellingError"]));
        Assert.Equal("succeeded", (string?)(await SweepAsync(sweep))["state"]);
    }

    [Fact]
    public async Task A_run_that_ends_makes_all_attempts_available_again()
    {
        var sweep = await BrokenSweepAsync();
        for (var attempt = 0; attempt < Labelling.MostAttempts; attempt++) await LabelAsync(sweep);

        await using (var db = await contexts.CreateDbContextAsync())
            await Labelling.AskAsync(
                db, [(await api.Situations.RunsOfAsync(sweep))[0].Id], CancellationToken.None);

        Assert.Equal("running", (string?)(await SweepAsync(sweep))["state"]);
        Assert.Equal(0, await AttemptsAsync(sweep));
    }

    /// <summary>A worker that is killed cannot record an error, but the attempt was counted when it began.</summary>
    [Fact]
    public async Task Labellings_that_end_their_worker_are_counted_and_given_up()
    {
        var sweep = await BrokenSweepAsync();
        for (var attempt = 0; attempt < Labelling.MostAttempts; attempt++)
        {
            await using var db = await contexts.CreateDbContextAsync();
            Assert.NotNull(await Labelling.BeginAsync(db, await IdAsync(sweep), CancellationToken.None));
        }

        Assert.False(await IsDueAsync(sweep, TimeSpan.FromDays(1)));

        var failed = await SweepAsync(sweep);
        Assert.Equal("failed", (string?)failed["state"]);
        Assert.Contains("did not finish", (string?)failed["labellingError"], StringComparison.Ordinal);
    }

    /// <summary>
    /// A full disk, too little memory, a deadlock, a lock that is not available, and a statement that was cancelled.
    /// </summary>
    [Theory]
    [InlineData("53100")]
    [InlineData("53200")]
    [InlineData("40P01")]
    [InlineData("55P03")]
    [InlineData("57014")]
    public async Task A_failure_that_looks_like_an_outage_is_recorded(string sqlState)
    {
        var sweep = await LabellableSweepAsync();
        await Sql.ExecuteAsync(api.ConnectionString, $"""
            CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN RAISE EXCEPTION 'refused with {sqlState}' USING ERRCODE = '{sqlState}'; END $$;
            CREATE TRIGGER refuse BEFORE INSERT ON class_scores FOR EACH ROW EXECUTE FUNCTION refuse()
            """);
        try
        {
            await LabelAsync(sweep);
        }
        finally
        {
            await Sql.ExecuteAsync(api.ConnectionString, "DROP FUNCTION refuse CASCADE");
        }

        Assert.Contains(
            $"refused with {sqlState}", (string?)(await ComparisonAsync(sweep))["labellingError"],
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_that_cannot_be_recorded_is_thrown()
    {
        await using var nowhere = NpgsqlDataSource.Create("Host=127.0.0.1;Port=1");
        var options = new DbContextOptionsBuilder<PieDbContext>();
        PieDbContext.Configure(options, nowhere);
        var unreachable = new PooledDbContextFactory<PieDbContext>(options.Options);
        var job = new LabelComparison(
            new ComparisonLabels(unreachable), unreachable, NullLogger<LabelComparison>.Instance);

        var failure = await Record.ExceptionAsync(() => job.ExecuteAsync(Guid.NewGuid(), CancellationToken.None));

        Assert.NotNull(failure);
        Assert.True(DatabaseOutage.IsCauseOf(failure));
    }

    [Fact]
    public async Task A_worker_that_stops_while_it_labels_does_not_use_up_an_attempt()
    {
        var sweep = await BrokenSweepAsync();
        using var stopped = new CancellationTokenSource();
        await using var other = await contexts.CreateDbContextAsync();
        await using var hold = await other.Database.BeginTransactionAsync();
        await other.Database.ExecuteSqlAsync($"LOCK TABLE pie_labels IN ACCESS EXCLUSIVE MODE");
        var labelling = Job.ExecuteAsync(await IdAsync(sweep), stopped.Token);
        await Until.HoldsAsync(async () => await AttemptsAsync(sweep) == 1);

        await stopped.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => labelling);
        Assert.Equal(0, await AttemptsAsync(sweep));
    }

    /// <summary>A comparison is asked for once while its message may still be in the queue.</summary>
    [Fact]
    public async Task No_second_message_is_due_while_messages_wait()
    {
        var sweep = await BrokenSweepAsync();
        Assert.True(await IsDueAsync(sweep, TimeSpan.FromHours(1)));

        Assert.False(await IsDueAsync(sweep, TimeSpan.FromHours(1), messagesWait: true));
        Assert.True(await IsDueAsync(sweep, TimeSpan.FromHours(1)));
    }

    /// <summary>
    /// The labels do not have the run that has ended, although they are newer than the transaction of the dispatcher.
    /// </summary>
    [Fact]
    public async Task A_message_that_is_sent_in_a_transaction_older_than_the_labels_labels_again()
    {
        var sweep = await LabellableSweepAsync();
        var run = (await api.Situations.RunsOfAsync(sweep))[0].Id;
        await using var db = await contexts.CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.Database.ExecuteSqlAsync($"SELECT now()");
        await LabelAsync(sweep);

        await Labelling.AskAsync(db, [run], CancellationToken.None);
        var due = await Labelling.TakeDueAsync(db, messagesWait: false, CancellationToken.None);
        await transaction.CommitAsync();

        Assert.Contains(await IdAsync(sweep), due);
        Assert.False(await IsLabelledAsync(sweep));
    }

    [Fact]
    public async Task Labels_of_an_earlier_version_of_the_analysis_are_asked_for_again()
    {
        var (outdated, current) = (await LabellableSweepAsync(), await LabellableSweepAsync());
        await LabelAsync(outdated);
        await LabelAsync(current);
        await Sql.ExecuteAsync(api.ConnectionString, $"""
            UPDATE comparison_analyses SET version = {ComparisonAnalysis.CurrentVersion - 1}
            FROM comparisons WHERE id = comparison_id AND sweep_id = '{outdated}'
            """);

        await using (var db = await contexts.CreateDbContextAsync())
            await Labelling.AskOutdatedAsync(db, CancellationToken.None);

        Assert.Equal((false, true), (await IsLabelledAsync(outdated), await IsLabelledAsync(current)));
        await LabelAsync(outdated);
        Assert.Equal(
            ComparisonAnalysis.CurrentVersion,
            (int)(await api.GetAsync($"/api/v1/comparisons/{await IdAsync(outdated)}/analysis"))["analysisVersion"]!);
    }

    [Fact]
    public async Task Texts_that_an_earlier_version_measured_are_measured_again()
    {
        var dataset = await api.Situations.DatasetAsync();
        var (outdated, beside, current) = (
            await LabellableSweepAsync(dataset), await LabellableSweepAsync(dataset, "RP-AI"),
            await LabellableSweepAsync());
        await LabelAsync(outdated);
        await LabelAsync(beside);
        await LabelAsync(current);
        var (besides, currents) = (await EffectsAsync(beside), await EffectsAsync(current));
        var values = $"FROM text_values WHERE dataset_id = (SELECT dataset_id FROM sweeps WHERE id = '{outdated}')";
        await Sql.ExecuteAsync(api.ConnectionString, $"""
            UPDATE text_values SET version = {TextMeasures.CurrentVersion - 1}, packed = ''
            WHERE dataset_id = (SELECT dataset_id FROM sweeps WHERE id = '{outdated}')
            """);
        var rows = await Sql.ScalarAsync(api.ConnectionString, $"SELECT count(*) {values}");

        await using (var db = await contexts.CreateDbContextAsync())
            await Labelling.AskOutdatedAsync(db, CancellationToken.None);

        Assert.Equal((false, true), (await IsLabelledAsync(outdated), await IsLabelledAsync(current)));
        await LabelAsync(outdated);
        Assert.Equal(
            rows,
            await Sql.ScalarAsync(
                api.ConnectionString,
                $"SELECT count(*) {values} AND version = {TextMeasures.CurrentVersion} AND packed <> ''"));
        // The effects of the other comparison of the split followed from the earlier values.
        Assert.True(besides > 0);
        Assert.Equal((0, currents), (await EffectsAsync(beside), await EffectsAsync(current)));
    }

    private LabelComparison Job => new(new ComparisonLabels(contexts), contexts, NullLogger<LabelComparison>.Instance);

    private async Task LabelAsync(Guid sweep) => await Job.ExecuteAsync(await IdAsync(sweep), CancellationToken.None);

    /// <summary>Whether a message would be sent if the last one had been sent this time ago.</summary>
    private async Task<bool> IsDueAsync(Guid sweep, TimeSpan ago, bool messagesWait = false)
    {
        await using var db = await contexts.CreateDbContextAsync();
        await using var transaction = await db.Database.BeginTransactionAsync();
        // Rows of other tests must not be taken, and the dispatcher must not take this one meanwhile.
        await db.Database.ExecuteSqlAsync($"UPDATE comparisons SET labelling_asked_at = now()");
        await db.Database.ExecuteSqlAsync(
            $"UPDATE comparisons SET labelling_asked_at = now() - {ago} WHERE sweep_id = {sweep}");
        var due = await Labelling.TakeDueAsync(db, messagesWait, CancellationToken.None);
        await transaction.CommitAsync();
        return due.Contains(await IdAsync(sweep));
    }

    private async Task<Guid> BrokenSweepAsync()
    {
        var sweep = await LabellableSweepAsync();
        await ClassesAsync(sweep, "substring(classes FROM 3)");
        return sweep;
    }

    private async Task<Guid> LabellableSweepAsync(Dataset? dataset = null, string method = "MP-AI")
    {
        var sweep = await api.SubmitAsync(
            Situations.Request(dataset ?? await api.Situations.DatasetAsync(), seeds: 2, method));
        await api.Situations.TrainAsync(sweep, (_, example) => example % 3);
        return sweep;
    }

    private Task RepairAsync(Guid sweep) => ClassesAsync(sweep, "classes || decode('0000', 'hex')");

    private Task ClassesAsync(Guid sweep, string classes) => Sql.ExecuteAsync(api.ConnectionString, $"""
        UPDATE run_predictions SET classes = {classes}
        FROM sweep_runs WHERE sweep_runs.run_id = run_predictions.run_id AND sweep_runs.sweep_id = '{sweep}'
        """);

    /// <summary>The number of stored comparisons of the texts of a sweep.</summary>
    private async Task<long> EffectsAsync(Guid sweep) => (long)(await Sql.ScalarAsync(
        api.ConnectionString,
        $"SELECT count(*) FROM text_effects JOIN comparisons ON id = comparison_id WHERE sweep_id = '{sweep}'"))!;

    private async Task<Guid> IdAsync(Guid sweep) => (Guid)(await ComparisonAsync(sweep))["id"]!;

    private async Task<int> AttemptsAsync(Guid sweep) => (int)(await Sql.ScalarAsync(
        api.ConnectionString, $"SELECT labelling_attempts FROM comparisons WHERE sweep_id = '{sweep}'"))!;

    private async Task<bool> IsLabelledAsync(Guid sweep) => (bool)(await Sql.ScalarAsync(
        api.ConnectionString,
        $"SELECT pie_is_labelled(labelling_asked_at, labelled_at) FROM comparisons WHERE sweep_id = '{sweep}'"))!;

    private async Task<JsonNode> SweepAsync(Guid sweep) => await api.GetAsync($"/api/v1/sweeps/{sweep}");

    private async Task<JsonNode> ComparisonAsync(Guid sweep) =>
        (await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!;
}
