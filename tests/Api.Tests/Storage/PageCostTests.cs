using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PieService.Api.Comparisons;
using PieService.Api.Lists;
using PieService.Api.Runs;
using PieService.Api.Tables;
using PieService.Domain.Datasets;
using PieService.Domain.Storage;
using PieService.TestSupport;

namespace PieService.Api.Tests.Storage;

/// <summary>What a page of runs or predictions reads, with its total, follows from its items.</summary>
public sealed class PageCostTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const int Runs = 2000, PageSize = 10;

    /// <summary>A run, its last epoch and its sweeps are in some ten blocks, and the links of all runs in 30.</summary>
    [Fact]
    public async Task A_page_of_runs_does_not_read_all_runs_of_the_sweep()
    {
        var sweep = await SweepAsync(Runs, scores: 0);

        var (page, blocks) = await ReadAsync(new RunTable(), sweep, new RunFilter { PageSize = PageSize });

        Assert.Equal((PageSize, Runs), (page.Items.Count, page.TotalItems));
        Assert.InRange(blocks, PageSize, (PageSize * 20) + 100);
    }

    [Fact]
    public async Task A_page_of_the_predictions_of_a_sweep_reads_those_of_one_run()
    {
        var sweep = await SweepAsync(Runs, scores: 0);
        await using (var db = await ContextAsync()) await StoredTotals.StoreAsync(db, sweep);

        var (page, blocks) = await ReadAsync(
            new SweepPredictionTable(), sweep, new SweepPredictionFilter { PageSize = PageSize });

        Assert.Equal(
            (PageSize, (long)Runs * Situations.TestExamples * 300), (page.Items.Count, page.TotalItems));
        Assert.InRange(blocks, 1, 100);
    }

    /// <summary>
    /// A block is read of each of the two stored values, and three of the index of each; further ones find the run.
    /// </summary>
    [Fact]
    public async Task A_page_of_the_predictions_for_an_example_reads_those_of_its_runs_only()
    {
        var sweep = await SweepAsync(500, scores: 2 * 3);
        await using var db = await ContextAsync();
        var example = await (from row in db.Examples
                             join found in db.Sweeps on row.DatasetId equals found.DatasetId
                             where found.Id == sweep && row.Position == 5
                             select row.Id).SingleAsync();

        var (page, blocks) = await ReadAsync(
            new ExamplePredictionTable(), example, new ExamplePredictionFilter { PageSize = 100 });

        Assert.Equal((100, 500), (page.Items.Count, page.TotalItems));
        // The predictions of the other 400 runs would be 3,000 blocks more, and with another plan it reads up to 2,700.
        Assert.InRange(blocks, 100 * 4, 100 * 35);
    }

    /// <summary>The other sweep has 500 dense runs on the dataset, of which this one has three.</summary>
    [Fact]
    public async Task The_label_quality_of_an_example_reads_the_dense_runs_of_its_sweep_only()
    {
        var other = await SweepAsync(500, scores: 2 * 3);
        await using var db = await ContextAsync();
        var dataset = await (from found in db.Sweeps
                             join row in db.Datasets on found.DatasetId equals row.Id
                             where found.Id == other
                             select row).SingleAsync();
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 3, "MP-AI", "RP-AI"));
        await Sql.ExecuteAsync(api.ConnectionString, "VACUUM ANALYZE sweep_runs");
        var reads = new CountedReads(api.ConnectionString);
        await using var counted = reads.Context(api.Services.GetRequiredService<DbContextOptions<PieDbContext>>());
        var (example, _) = await SweepExample.FindAsync(
            db, sweep, Example.IdOf(dataset.Id, Split.Test, position: 5), CancellationToken.None);

        var quality = await ExampleLabelQuality.OfAsync(counted, example!, CancellationToken.None);

        Assert.Equal(3, Assert.Single(quality).Runs);
        Assert.InRange(reads.Blocks, 3 * 4, 3 * 35);
    }

    private async Task<(Page<TItem> Page, int Blocks)> ReadAsync<TFilter, TScope, TItem>(
        Table<TFilter, TScope, TItem> table, Guid id, TFilter filter)
        where TFilter : TableQuery, new()
        where TScope : class
    {
        var reads = new CountedReads(api.ConnectionString);
        await using var db = reads.Context(api.Services.GetRequiredService<DbContextOptions<PieDbContext>>());
        var scope = await table.FindAsync(db, id, filter, CancellationToken.None);
        var page = await table.Rows(db, scope!, filter).PageAsync(filter, CancellationToken.None);
        return (page, reads.Blocks);
    }

    /// <summary>
    /// A sweep of dense runs that have succeeded, each with predictions for 2,400 examples of three classes.
    /// </summary>
    /// <param name="scores">The bytes of the scores of an example.</param>
    private async Task<Guid> SweepAsync(int runs, int scores)
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), seeds: 1));
        await Sql.ExecuteAsync(api.ConnectionString, $$"""
            INSERT INTO runs SELECT (jsonb_populate_record(run, jsonb_build_object(
                'id', gen_random_uuid(), 'seed', n, 'state', 'succeeded', 'ordinal', n))).*
            FROM runs AS run, generate_series(1, {{runs}} - 1) AS n WHERE sweep_id = '{{sweep}}';
            UPDATE runs SET state = 'succeeded' WHERE sweep_id = '{{sweep}}';
            INSERT INTO sweep_runs SELECT (jsonb_populate_record(link, jsonb_build_object(
                'run_id', runs.id, 'ordinal', runs.ordinal))).*
            FROM sweep_runs AS link JOIN runs ON runs.sweep_id = link.sweep_id AND runs.id <> link.run_id
            WHERE link.sweep_id = '{{sweep}}';
            INSERT INTO run_predictions (run_id, split, examples, class_count, classes, scores)
            SELECT id, 'test', 2400, 3, decode(repeat('0100', 2400), 'hex'),
                decode(repeat('3c', {{scores}} * 2400), 'hex')
            FROM runs WHERE sweep_id = '{{sweep}}';
            """);
        await Sql.ExecuteAsync(api.ConnectionString, "VACUUM ANALYZE runs, sweep_runs, run_predictions");
        return sweep;
    }

    private Task<PieDbContext> ContextAsync() =>
        api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>().CreateDbContextAsync();
}
