using System.Text.Json.Nodes;
using Npgsql;
using PieService.Api.Tests.Tables;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Api.Tests.Comparisons;

/// <summary>
/// Three dense and three pruned runs over eight examples. Example i has the labels (no, maybe, yes) whose bits are set
/// in i. The dense runs predict these labels, except for example 4, for which they predict none.
/// </summary>
public sealed class MultiLabelPieTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_comparison_has_macro_F1_as_score_and_counts_pies_and_ties()
    {
        var comparison = (await api.GetAsync($"/api/v1/sweeps/{await LabelledSweepAsync()}/comparisons"))["items"]![0]!;

        Assert.Equal((8, 4), ((int)comparison["examples"]!, (int)comparison["pies"]!));
        Assert.Equal("macroF1", (string?)comparison["score"]!["metric"]);
        // The dense runs always predict the labels no and maybe correctly, and yes for two of four examples: 2/3.
        Assert.Equal((2 + (2.0 / 3)) / 3, (double)comparison["score"]!["dense"]!["mean"]!, 12);
        // On the PIEs 1, 3, 4, 6: no 2 of 2, maybe 2 of 2, yes 0 of 2.
        Assert.Equal(2.0 / 3, (double)comparison["scoreOnPies"]!["dense"]!, 12);
        Assert.Equal("""{"dense":0,"pruned":0}""", comparison["ties"]!.ToJsonString());
        Assert.NotNull(comparison["churn"]);
    }

    /// <summary>The dense runs predict no label, and the pruned runs predict one for the examples 1 and 2.</summary>
    [Fact]
    public async Task A_test_split_without_any_label_is_labelled()
    {
        var dataset = await api.Situations.DatasetAsync(LearningTask.MultiLabel);
        await using (var database = NpgsqlDataSource.Create(api.ConnectionString))
        {
            await using var command = database.CreateCommand(
                $"UPDATE examples SET labels = '{{}}' WHERE dataset_id = '{dataset.Id}' AND split = 'test'");
            await command.ExecuteNonQueryAsync();
        }
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 3, "MP-AI"));
        await api.Situations.TrainMultiLabelAsync(
            sweep, (run, example) => run.Method != Method.Dense && example is 1 or 2 ? 1 : 0, threshold: 0.5);

        await api.Situations.LabelAsync(sweep);

        var comparison = (await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!;
        Assert.Equal(2, (int)comparison["pies"]!);
        var analysis = await api.GetAsync($"/api/v1/comparisons/{comparison["id"]}/analysis");
        Assert.Contains(
            "none has a label", (string?)analysis["classDistribution"]!["reason"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pies_come_with_votes_on_each_label_strict_majorities_and_the_labels_that_differ()
    {
        var pies = (await PiesAsync(await LabelledSweepAsync(), "?orderBy=position"))["items"]!.AsArray();

        Assert.Equal([1, 3, 4, 6], pies.Select(pie => (int)pie!["position"]!));
        Assert.Equal(
            ["denseRight", "denseRight", "prunedRight", "mixed"], pies.Select(pie => (string?)pie!["direction"]));
        var (one, three, six) = (pies[0]!, pies[1]!, pies[3]!);
        Assert.Equal("""{"predicted":["no"],"votes":{"no":3,"maybe":0,"yes":0}}""", one["dense"]!.ToJsonString());
        Assert.Equal("""{"predicted":[],"votes":{"no":1,"maybe":0,"yes":0}}""", one["pruned"]!.ToJsonString());
        Assert.Equal("""["no"]""", one["classes"]!.ToJsonString());
        Assert.Equal(1.0 / 3, (double)one["margin"]!, 12);
        Assert.Equal("""["no","maybe"]""", three["labels"]!.ToJsonString());
        Assert.Equal("""["no","maybe","yes"]""", three["classes"]!.ToJsonString());
        Assert.Equal("""["no","yes"]""", six["classes"]!.ToJsonString());
    }

    [Theory]
    [InlineData("?label=yes", new[] { 4, 6 })]
    [InlineData("?label=no", new[] { 1, 3 })]
    [InlineData("?class=maybe", new[] { 3 })]
    [InlineData("?class=yes&label=no", new[] { 3 })]
    [InlineData("?class=no&direction=denseRight", new[] { 1, 3 })]
    [InlineData("?direction=mixed", new[] { 6 })]
    [InlineData("?direction=bothWrong", new int[0])]
    [InlineData("?minMargin=0.5&orderBy=position", new[] { 3, 4, 6 })]
    public async Task Pies_can_be_filtered_by_any_of_their_labels(string query, int[] positions)
    {
        var page = await PiesAsync(await LabelledSweepAsync(), query);

        Assert.Equal(positions, page["items"]!.AsArray().Select(pie => (int)pie!["position"]!).Order());
        Assert.Equal(positions.Length, (int)page["totalItems"]!);
    }

    [Fact]
    public async Task Predictions_are_sets_and_the_run_has_its_threshold()
    {
        var sweep = await LabelledSweepAsync();
        var run = (await api.Situations.RunsOfAsync(sweep))[0];

        var predictions = (await api.GetAsync($"/api/v1/runs/{run.Id}/predictions"))["items"]!.AsArray();

        Assert.Equal("""["no","maybe","yes"]""", predictions[7]!["predicted"]!.ToJsonString());
        Assert.Equal("[]", predictions[0]!["predicted"]!.ToJsonString());
        Assert.Equal(0.37, (double)(await api.GetAsync($"/api/v1/runs/{run.Id}"))["threshold"]!);
    }

    [Fact]
    public async Task Tables_have_sets_in_cells_of_JSON()
    {
        var sweep = await LabelledSweepAsync();
        var pies = Rfc4180.Read(
            await api.Client.GetStringAsync(
                $"/api/v1/comparisons/{await ComparisonAsync(sweep)}/pies?format=csv&orderBy=position"));
        var run = (await api.Situations.RunsOfAsync(sweep))[0].Id;
        var predictions = Rfc4180.Read(await api.Client.GetStringAsync($"/api/v1/runs/{run}/predictions?format=csv"));

        string[] Cells(int row, params string[] columns) =>
            [.. columns.Select(column => pies[row][pies[0].IndexOf(column)] ?? "")];
        Assert.Equal(
            ["3", """["no","maybe"]""", """["no","maybe"]""", "3", """["yes"]""", """["no","maybe","yes"]"""],
            Cells(2, "position", "labels", "dense_predicted", "dense_votes_maybe", "pruned_predicted", "classes"));
        Assert.Equal("[]", Cells(1, "pruned_predicted")[0]);
        Assert.Equal("""["no","maybe"]""", predictions[4][predictions[0].IndexOf("predicted")]);
    }

    [Fact]
    public async Task One_example_shows_every_runs_set_and_the_votes_on_it()
    {
        var sweep = await LabelledSweepAsync();
        var example = (string?)(await PiesAsync(sweep, "?direction=mixed"))["items"]![0]!["exampleId"];

        var answers = (await api.GetAsync($"/api/v1/examples/{example}/predictions?sweepId={sweep}"))["items"]!
            .AsArray();
        var vote = (await api.GetAsync($"/api/v1/sweeps/{sweep}/examples/{example}"))["comparisons"]![0]!;

        Assert.Equal(
            3, answers.Count(
                answer =>
                    (string?)answer!["method"] == "dense" && answer["predicted"]!.ToJsonString() == """["maybe"]"""));
        Assert.All(answers, answer => Assert.False((bool)answer!["correct"]!));
        Assert.Equal("""["no","yes"]""", vote["classes"]!.ToJsonString());
        Assert.Equal("""["no","maybe","yes"]""", vote["pruned"]!["predicted"]!.ToJsonString());
    }

    [Fact]
    public async Task In_SQL_the_views_name_the_sets()
    {
        var sweep = await LabelledSweepAsync();

        Assert.Equal(
            ["1 {no} {no} {}", "3 {no,maybe} {no,maybe} {yes}", "4 {yes} {} {yes}",
                "6 {maybe,yes} {maybe} {no,maybe,yes}"],
            await ReadAsync(
                $"SELECT position || ' ' || gold_labels::text || ' ' || dense_labels::text || ' ' || "
                    + $"pruned_labels::text FROM pies WHERE sweep_id = '{sweep}' ORDER BY position"));
        var run = (await api.Situations.RunsOfAsync(sweep))[0].Id;
        Assert.Equal(
            ["0 {} true", "1 {no} true", "2 {maybe} true", "3 {no,maybe} true", "4 {} false", "5 {no,yes} true",
                "6 {maybe} false", "7 {no,maybe,yes} true"],
            await ReadAsync(
                $"SELECT position || ' ' || predicted_labels::text || ' ' || correct FROM predictions WHERE run_id = "
                    + $"'{run}' AND gold IS NULL AND predicted IS NULL ORDER BY position"));
        Assert.Equal(
            ["0.37"], await ReadAsync($"SELECT DISTINCT threshold::text FROM predictions WHERE run_id = '{run}'"));
    }

    [Fact]
    public async Task Classes_have_their_shares_of_the_pies_and_the_scores_of_both_cohorts()
    {
        var path = $"/api/v1/comparisons/{await ComparisonAsync(await LabelledSweepAsync())}/classes";

        var classes = (await api.GetAsync(path))["items"]!.AsArray();

        Assert.Equal(["no", "maybe", "yes"], classes.Select(c => (string?)c!["label"]));
        Assert.Equal([4, 4, 4], classes.Select(c => (int)c!["examples"]!));
        Assert.Equal([2, 2, 2], classes.Select(c => (int)c!["pies"]!));
        Assert.Equal([0.5, 0.5, 0.5], classes.Select(c => (double)c!["pieShare"]!));
        Assert.Equal([3, 1, 3], classes.Select(c => (int)c!["differing"]!));
        // The shares of the 12 labels, of the 6 labels of the PIEs, and of the 7 on which the majorities differ.
        Assert.Equal([1 / 3.0, 1 / 3.0, 1 / 3.0], classes.Select(c => (double)c!["labelShare"]!));
        Assert.Equal([1 / 3.0, 1 / 3.0, 1 / 3.0], classes.Select(c => (double)c!["pieLabelShare"]!));
        Assert.Equal([3 / 7.0, 1 / 7.0, 3 / 7.0], classes.Select(c => (double)c!["differingShare"]!));
        Assert.Equal(1, (double)classes[0]!["dense"]!["f1"]!["mean"]!);
        Assert.Equal(0, (double)classes[0]!["dense"]!["f1"]!["sd"]!);
        Assert.Null(classes[0]!["dense"]!["accuracy"]);
        Assert.Equal(0.5, (double)classes[2]!["dense"]!["recall"]!["mean"]!);
    }

    [Fact]
    public async Task The_pies_of_a_class_are_those_that_its_count_includes()
    {
        var path = $"/api/v1/comparisons/{await ComparisonAsync(await LabelledSweepAsync())}";
        var all = await api.WalkAsync($"{path}/examples?pageSize=3");

        foreach (var counted in (await api.GetAsync($"{path}/classes"))["items"]!.AsArray())
        {
            var label = (string)counted!["label"]!;
            var positions = all.Where(example => example["classes"]!.AsArray().Any(name => (string?)name == label))
                .Select(example => (int)example["position"]!).ToList();
            Assert.Equal((int)counted["differing"]!, positions.Count);
            foreach (var list in new[] { $"{path}/pies?orderBy=position&class={label}",
                    $"{path}/examples?class={label}" })
            {
                Assert.Equal(
                    positions, (await api.WalkAsync($"{list}&pageSize=1")).Select(row => (int)row["position"]!));
                var csv = Rfc4180.Read(await api.Client.GetStringAsync($"{list}&format=csv"));
                Assert.Equal(
                    positions,
                    csv.Skip(1)
                        .Select(row =>
                            int.Parse(
                                row[csv[0].IndexOf("position")]!, System.Globalization.CultureInfo.InvariantCulture)));
                var parquet = ParquetContent.Read(await api.Client.GetByteArrayAsync($"{list}&format=parquet"));
                Assert.Equal(positions, parquet.Rows.Select((_, row) => (int)parquet[row, "position"]!));
            }
        }
    }

    private async Task<Guid> LabelledSweepAsync()
    {
        var dataset = await api.Situations.DatasetAsync(LearningTask.MultiLabel);
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 3, "MP-AI"));
        await api.Situations.TrainMultiLabelAsync(sweep, Answers, threshold: 0.37);
        await api.Situations.LabelAsync(sweep);
        return sweep;
    }

    /// <summary>Returns the prediction of a run for each position, as bits (no 1, maybe 2, yes 4).</summary>
    private static int Answers(Domain.Runs.Run run, int position) => (run.Method, position) switch
    {
        (Method.MpAi, 1) => run.Seed == 0 ? 1 : 0, // gold no: one of three
        (Method.MpAi, 3) => 4, // gold no and maybe
        (Method.Dense, 4) => 0, // gold yes
        (Method.Dense, 6) => 2, // gold maybe and yes: misses yes
        (Method.MpAi, 6) => 7, // has yes, and no that is not there
        _ => position,
    };

    private async Task<Guid> ComparisonAsync(Guid sweep) =>
        (Guid)(await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!["id"]!;

    private async Task<JsonObject> PiesAsync(Guid sweep, string query = "") =>
        await api.GetAsync($"/api/v1/comparisons/{await ComparisonAsync(sweep)}/pies{query}");

    private async Task<List<string>> ReadAsync(string sql)
    {
        await using var database = NpgsqlDataSource.Create(api.ConnectionString);
        await using var reader = await database.CreateCommand(sql).ExecuteReaderAsync();
        var rows = new List<string>();
        while (await reader.ReadAsync()) rows.Add(reader.GetString(0));
        return rows;
    }
}
