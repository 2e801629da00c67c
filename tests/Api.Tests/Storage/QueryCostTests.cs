using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using PieService.Api.Comparisons;
using PieService.Api.SweepAnalysis;
using PieService.Domain.Datasets;
using PieService.Domain.Storage;
using PieService.TestSupport;

namespace PieService.Api.Tests.Storage;

/// <summary>
/// What a query reads follows from what it returns. Blocks are counted, since times depend on the machine.
/// </summary>
public sealed class QueryCostTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    /// <summary>
    /// 90 classes of 3,000 examples take 540,000 bytes, of which one example is in one or two pages. Read again for
    /// each class, they would be 90 times as many.
    /// </summary>
    [Theory]
    [InlineData("pie_scores(packed, 1500, 90)")]
    [InlineData("pie_set(packed, 1500, 90)")]
    public async Task One_example_is_read_once_and_not_once_for_each_class(string function)
    {
        await Sql.ExecuteAsync(api.ConnectionString, """
            DROP TABLE IF EXISTS stored;
            CREATE TABLE stored (packed bytea);
            ALTER TABLE stored ALTER COLUMN packed SET STORAGE EXTERNAL;
            INSERT INTO stored SELECT decode(repeat('003c', 3000 * 90), 'hex');
            """);

        var plan = await PlanAsync($"SELECT {function} FROM stored");

        Assert.InRange(Blocks(plan), 1, 20);
    }

    [Fact]
    public async Task The_progress_of_a_sweep_that_has_ended_does_not_read_the_metrics_of_its_runs()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 2, "MP-AI"));
        Assert.True(await ReadsMetricsAsync(sweep));

        await api.Situations.TrainAsync(sweep, (_, position) => position % 3);
        await api.Situations.LabelAsync(sweep);

        Assert.False(await ReadsMetricsAsync(sweep));
    }

    [Fact]
    public async Task The_progress_of_a_sweep_that_has_ended_does_not_read_its_runs()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 2, "MP-AI"));
        await api.Situations.TrainAsync(sweep, (_, position) => position % 3);
        await using var db = await ContextAsync();
        await StoredTotals.StoreAsync(db, sweep);

        var plan = await PlanAsync($"SELECT * FROM sweep_progress WHERE sweep_id = '{sweep}'");

        Assert.DoesNotContain(
            Nodes(plan).Where(node => (int)node["Actual Loops"]! > 0).Select(node => (string?)node["Relation Name"]),
            relation => relation is "runs" or "sweep_runs");
    }

    /// <summary>
    /// The dispatcher executes this statement every second. Without the indexes it reads all runs that wait, which take
    /// some hundred pages here.
    /// </summary>
    [Fact]
    public async Task What_time_makes_due_is_found_without_reading_the_runs_and_comparisons_that_wait()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), seeds: 1, "MP-AI"));
        await Sql.ExecuteAsync(api.ConnectionString, $"""
            INSERT INTO runs SELECT (jsonb_populate_record(run, jsonb_build_object(
                'id', gen_random_uuid(), 'seed', n, 'sweep_id', '{Guid.NewGuid()}'))).*
            FROM runs AS run, generate_series(1000, 5000) AS n WHERE sweep_id = '{sweep}' AND method = 'dense';
            INSERT INTO comparisons SELECT (jsonb_populate_record(comparison, jsonb_build_object(
                'id', gen_random_uuid(), 'number', 100000 + n, 'ordinal', n))).*
            FROM comparisons AS comparison, generate_series(1000, 5000) AS n WHERE sweep_id = '{sweep}';
            ANALYZE runs, comparisons
            """);

        var plan = await PlanAsync(DueByTime.Statement
            .Replace("@since", "now() - interval '1 second'", StringComparison.Ordinal)
            .Replace("@pause", "interval '10 seconds'", StringComparison.Ordinal));

        Assert.InRange((int)plan["Shared Hit Blocks"]! + (int)plan["Shared Read Blocks"]!, 0, 20);
    }

    [Fact]
    public async Task A_page_of_PIEs_reads_its_rows_from_one_part_of_the_labels()
    {
        var number = (await LabelledAsync(methods: 1)).Numbers.Single();

        var plan = await PlanAsync($"""
            SELECT * FROM pie_labels WHERE comparison_number = {number} AND is_pie ORDER BY margin DESC, position
            LIMIT 50
            """);

        Assert.Single(PartsRead(plan));
        Assert.InRange(Blocks(plan), 50, 60);
    }

    /// <summary>
    /// Of 1,000 PIEs, 32 have the same margin and about 500 a larger one, which are read without a bound for the
    /// margin.
    /// </summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_PIE_beside_one_is_found_without_reading_the_others(bool isReversed)
    {
        var number = (await LabelledAsync(methods: 1)).Numbers.Single();
        await using var db = await ContextAsync();
        var id = await db.Comparisons.Where(found => found.Number == number).Select(found => found.Id).SingleAsync();
        var own = await db.PieLabels.SingleAsync(label => label.ComparisonNumber == number && label.Position == 5130);
        var beside = new PieTable().Beside(
            db, (await ComparisonScope.FindAsync(db, id, CancellationToken.None))!, new(), own);

        var plan = await PlanAsync(db, (isReversed ? beside.Previous : beside.Next)!.Take(1));

        Assert.Equal(0.5, own.Margin);
        Assert.Single(PartsRead(plan));
        Assert.InRange(Blocks(plan), 2, 50);
    }

    /// <summary>
    /// The database gets the positions of the members with each query. The texts are short, so that one query may read
    /// all rows of a page.
    /// </summary>
    [Fact]
    public async Task A_page_of_a_subgroup_with_a_condition_on_texts_is_one_query_for_rows_and_one_for_their_number()
    {
        var (sweep, numbers) = await LabelledAsync(methods: 1);
        await Sql.ExecuteAsync(api.ConnectionString, $$"""
            INSERT INTO examples SELECT (jsonb_populate_record(example, jsonb_build_object(
                'position', n, 'id', gen_random_uuid()))).*
            FROM examples AS example, generate_series(1000, 1999) AS n
            WHERE position = 0 AND dataset_id = (SELECT dataset_id FROM sweeps WHERE id = '{{sweep}}');
            INSERT INTO subgroups (id, dataset_id, name, "where")
            SELECT gen_random_uuid(), dataset_id, 'all', '{ "maxWords": 9 }' FROM sweeps WHERE id = '{{sweep}}'
            """);
        var queries = new List<string>();
        await using var db = new PieDbContext(new DbContextOptionsBuilder<PieDbContext>(
            api.Services.GetRequiredService<DbContextOptions<PieDbContext>>())
            .LogTo(queries.Add, [RelationalEventId.CommandExecuted]).Options);
        var (table, filter) = (new ComparisonExampleTable(), new ComparisonExampleFilter
        {
            Subgroup = "all",
            PageSize = 900,
        });
        var id = await db.Comparisons.Where(found => found.Number == numbers[0]).Select(found => found.Id)
            .SingleAsync();
        var scope = await table.FindAsync(db, id, filter, CancellationToken.None);
        queries.Clear();

        var page = await table.Rows(db, scope!, filter).PageAsync(filter, CancellationToken.None);

        Assert.Equal((900, 1008), (page.Items.Count, page.TotalItems));
        Assert.Equal(2, queries.Count);
    }

    /// <summary>A lookup in the key of a part reads two or three blocks and the row one more.</summary>
    [Fact]
    public async Task One_example_in_all_comparisons_of_a_sweep_reads_one_row_of_each()
    {
        var (sweep, numbers) = await LabelledAsync(methods: 6);

        var plan = await PlanAsync($"""
            SELECT label.* FROM comparisons JOIN pie_labels AS label ON label.comparison_number = comparisons.number
            WHERE comparisons.sweep_id = '{sweep}' AND label.position = 1234
            """);

        Assert.Equal(6, numbers.Count);
        Assert.InRange(PartsRead(plan).Count, 1, 6);
        Assert.InRange(Blocks(plan), 6, (6 * 4) + 10);
    }

    /// <summary>By a list of numbers, each part that has one of them would be searched for all of them.</summary>
    [Fact]
    public async Task The_votes_on_an_example_read_one_row_of_each_comparison()
    {
        var numbers = (await LabelledAsync(methods: 6)).Numbers;
        await using var db = await ContextAsync();

        var plan = await PlanAsync(db, ComparedLabels.Of(db, numbers, position: 1234));

        Assert.Equal(numbers.Count, (int)plan["Actual Rows"]!);
        Assert.InRange(Blocks(plan), 6, (6 * 4) + 10);
    }

    /// <summary>A lookup in the key of a part reads two or three blocks and the row one more.</summary>
    [Fact]
    public async Task A_page_of_examples_of_several_comparisons_reads_one_row_of_each_for_an_example()
    {
        var (sweep, numbers) = await LabelledAsync(methods: 6);
        await using var db = await ContextAsync();
        var comparisons = await db.Comparisons.Where(comparison => comparison.SweepId == sweep).ToListAsync();
        var scope = new SelectedComparisons(
            new(sweep, Guid.Empty, IsImported: false), LearningTask.SingleLabel, [], Split.Test, comparisons);
        int[] positions = [10, 1230, 5550, 9990];

        var plan = await PlanAsync(db, FragileExampleTable.Summaries(db, scope, positions));

        Assert.Equal(positions.Length, (int)plan["Actual Rows"]!);
        Assert.InRange(Blocks(plan), 24, (24 * 4) + 10);
    }

    /// <summary>
    /// The parts have labels of this sweep only, so without the settings of this request PostgreSQL reads whole parts.
    /// </summary>
    [Fact]
    public async Task The_fragile_examples_of_a_sweep_are_read_by_bitmaps_of_its_labels()
    {
        await Sql.ExecuteAsync(api.ConnectionString, "DELETE FROM pie_labels");
        var (sweep, numbers) = await LabelledAsync(methods: 6);
        await using var db = await ContextAsync();
        await using var other = await ContextAsync();
        var comparisons = await db.Comparisons.Where(comparison => comparison.SweepId == sweep).ToListAsync();
        var scope = new SelectedComparisons(
            new(sweep, Guid.Empty, IsImported: false), LearningTask.SingleLabel, [], Split.Test, comparisons);
        // It begins each request.
        await new FragileExampleTable().FindAsync(db, sweep, new(), CancellationToken.None);

        var plan = await PlanAsync(db, FragileExampleTable.Summaries(db, scope, positions: null));

        var without = await PlanAsync(other, FragileExampleTable.Summaries(other, scope, positions: null));
        Assert.Equal((6, 10_000), (numbers.Count, (int)plan["Actual Rows"]!));
        Assert.Equal(["Bitmap Heap Scan"], ScansOfLabels(plan));
        Assert.Contains("Seq Scan", ScansOfLabels(without));

        static IEnumerable<string?> ScansOfLabels(JsonNode plan) => Nodes(plan)
            .Where(node => ((string?)node["Relation Name"] ?? "").StartsWith("pie_labels_", StringComparison.Ordinal))
            .Select(node => (string?)node["Node Type"]).Distinct();
    }

    [Fact]
    public async Task The_labels_of_a_comparison_are_deleted_from_one_part()
    {
        var number = (await LabelledAsync(methods: 1)).Numbers.Single();

        var plan = JsonNode.Parse((string)(await Sql.ScalarAsync(api.ConnectionString, $"""
            BEGIN;
            EXPLAIN (ANALYZE, FORMAT JSON) DELETE FROM pie_labels WHERE comparison_number = {number};
            ROLLBACK
            """))!)![0]!["Plan"]!;

        Assert.Single(PartsRead(plan));
    }

    /// <summary>A sweep with 10,000 labels in each comparison, of which every tenth is a PIE.</summary>
    private async Task<(Guid Sweep, List<int> Numbers)> LabelledAsync(int methods)
    {
        string[] names = ["MP-AI", "RP-AI", "IMP", "IRP", "IMP-WR", "IRP-WR"];
        var dataset = await api.Situations.DatasetAsync();
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 2, names[..methods]));
        await Sql.ExecuteAsync(api.ConnectionString, $"""
            INSERT INTO pie_labels (comparison_number, position, gold, dense_votes, pruned_votes, dense_runs,
                pruned_runs,
                dense_mode, pruned_mode, dense_tied, pruned_tied, margin, is_pie, taxicab, self_confidence)
            SELECT number, position, 0, '\x02000000', '\x00000200', 2, 2, 0, 1, false, false, (position % 31) / 30.0,
                position % 10 = 0, 2, 0.5
            FROM comparisons, generate_series(0, 9999) AS position WHERE sweep_id = '{sweep}';
            ANALYZE pie_labels;
            """);
        var numbers = (string)(await Sql.ScalarAsync(api.ConnectionString, $"""
            SELECT string_agg(number::text, ' ') FROM comparisons WHERE sweep_id = '{sweep}'
            """))!;
        return (sweep, [.. numbers.Split(' ').Select(int.Parse)]);
    }

    private Task<PieDbContext> ContextAsync() =>
        api.Services.GetRequiredService<IDbContextFactory<PieDbContext>>().CreateDbContextAsync();

    private static int Blocks(JsonNode plan) => (int)plan["Shared Hit Blocks"]! + (int)plan["Shared Read Blocks"]!;

    private static HashSet<string> PartsRead(JsonNode plan) =>
    [
        .. Nodes(plan).Where(node => (int)node["Actual Loops"]! > 0).Select(node => (string?)node["Relation Name"])
            .OfType<string>().Where(name => name.StartsWith("pie_labels_", StringComparison.Ordinal)),
    ];

    private async Task<bool> ReadsMetricsAsync(Guid sweep) => Nodes(
            await PlanAsync($"SELECT * FROM sweep_progress WHERE sweep_id = '{sweep}'"))
        .Any(node => (string?)node["Relation Name"] == "run_metrics" && (int)node["Actual Loops"]! > 0);

    /// <summary>The query runs once before, so that what a new session reads of the catalogs is not counted.</summary>
    private async Task<JsonNode> PlanAsync(string query) => JsonNode.Parse((string)(await Sql.ScalarAsync(
        api.ConnectionString, $"""
        DO $$ BEGIN EXECUTE 'CREATE TEMP TABLE first AS ' || $query${query}$query$; END $$;
        EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {query}
        """))!)![0]!["Plan"]!;

    /// <summary>The plan of a query of the service, which is executed once before.</summary>
    private static async Task<JsonNode> PlanAsync<T>(PieDbContext db, IQueryable<T> query)
    {
        await query.ToListAsync();
        await using var command = query.CreateDbCommand();
        command.CommandText = $"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {command.CommandText}";
        await db.Database.OpenConnectionAsync();
        return JsonNode.Parse((string)(await command.ExecuteScalarAsync())!)![0]!["Plan"]!;
    }

    private static IEnumerable<JsonNode> Nodes(JsonNode plan) =>
        (plan["Plans"]?.AsArray() ?? []).SelectMany(child => Nodes(child!)).Prepend(plan);
}
