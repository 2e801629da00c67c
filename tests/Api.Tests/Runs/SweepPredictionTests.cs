using System.Text;
using System.Text.Json.Nodes;
using PieService.Api.Tests.Tables;
using PieService.Domain.Datasets;
using PieService.TestSupport;

namespace PieService.Api.Tests.Runs;

/// <summary>The predictions of all runs of a sweep, as pages and as files.</summary>
public sealed class SweepPredictionTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const int Examples = Situations.TestExamples;

    [Fact]
    public async Task Predictions_are_listed_run_by_run_and_equal_those_of_each_run()
    {
        var sweep = await TrainedAsync("IMP");
        var runs = await api.Situations.RunsOfAsync(sweep);

        var items = await api.WalkAsync($"/api/v1/sweeps/{sweep}/predictions?pageSize=5");

        Assert.Equal(runs.SelectMany(run => Enumerable.Repeat(run.Id, Examples)), items.Select(RunOf));
        foreach (var run in runs)
        {
            var own = (await api.GetAsync($"/api/v1/runs/{run.Id}/predictions"))["items"]!.AsArray();
            Assert.Equal(own.Select(Prediction), items.Where(item => RunOf(item) == run.Id).Select(Prediction));
        }
        var last = items[^1];
        Assert.Equal(
            ("IMP", 90m, 90.0, runs[^1].Seed, "test", Examples - 1, "maybe"),
            ((string?)last["method"], (decimal)last["sparsity"]!, (double)last["achievedSparsity"]!,
                (int)last["seed"]!, (string?)last["split"], (int)last["position"]!, (string?)last["labels"]![0]));

        static string Prediction(JsonNode? item) =>
            $"{item!["exampleId"]} {item["position"]} {item["sourceId"]} {item["predicted"]} {item["scores"]}";
    }

    /// <summary>
    /// A page reads one example more than it has. What is stored after it is cut within an example, so that all of it
    /// cannot be unpacked.
    /// </summary>
    [Fact]
    public async Task A_page_reads_the_predictions_of_its_examples_only()
    {
        var sweep = await TrainedAsync();
        var path = $"/api/v1/sweeps/{sweep}/predictions?pageSize=2";
        var page = (await api.GetAsync(path))["items"]!.ToJsonString();
        await Sql.ExecuteAsync(api.ConnectionString, $"""
            UPDATE run_predictions SET classes = substring(classes FOR 7), scores = substring(scores FOR 19)
            WHERE run_id IN (SELECT run_id FROM sweep_runs WHERE sweep_id = '{sweep}')
            """);

        Assert.Equal(page, (await api.GetAsync(path))["items"]!.ToJsonString());
    }

    [Fact]
    public async Task A_Parquet_file_has_a_row_group_for_each_run()
    {
        var sweep = await TrainedAsync("IMP");

        var file = await FileAsync($"/api/v1/sweeps/{sweep}/predictions?format=parquet");

        Assert.Equal((6, 6 * Examples), (file.RowGroups, file.Rows.Count));
        Assert.Equal(
            ["runId", "model", "method", "sparsity", "cohort", "achievedSparsity", "seed", "split", "exampleId",
                "position", "sourceId", "label", "predicted", "answer", "scores_no", "scores_maybe", "scores_yes"],
            file.Columns);
    }

    [Fact]
    public async Task Multi_label_data_has_its_sets_of_labels()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(LearningTask.MultiLabel), seeds: 1);
        var sweep = await api.SubmitAsync(request);
        await api.Situations.TrainMultiLabelAsync(sweep, (_, example) => 7 - example, threshold: 0.5);

        var file = await FileAsync($"/api/v1/sweeps/{sweep}/predictions?format=parquet");

        Assert.Equal(("""["no","maybe"]""", """["yes"]"""), (file[3, "labels"], file[3, "predicted"]));
    }

    [Theory]
    [InlineData("?method=IMP", 3)]
    [InlineData("?method=IMP&sparsity=50", 0)]
    [InlineData("?sparsity=0", 3)]
    [InlineData("?model=bilstm", 6)]
    [InlineData("?model=other", 0)]
    [InlineData("?split=train", 0)]
    public async Task Filters_select_runs(string query, int runs)
    {
        var sweep = await TrainedAsync("IMP");

        var page = await api.GetAsync($"/api/v1/sweeps/{sweep}/predictions{query}");

        Assert.Equal(runs * Examples, (int)page["totalItems"]!);
        Assert.Equal(runs * Examples, page["items"]!.AsArray().Count);
    }

    [Fact]
    public async Task A_run_that_has_not_finished_is_left_out()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), seeds: 2));
        var run = (await api.Situations.RunsOfAsync(sweep))[1];
        await api.Situations.TrainAsync(run);

        var items = (await api.GetAsync($"/api/v1/sweeps/{sweep}/predictions"))["items"]!.AsArray();

        Assert.Equal(Enumerable.Repeat(run.Id, Examples), items.Select(RunOf));
    }

    [Fact]
    public async Task Files_of_a_number_of_runs_continue_one_another_until_none_follows()
    {
        var sweep = await TrainedAsync("IMP");
        var whole = await FileAsync($"/api/v1/sweeps/{sweep}/predictions?format=parquet");

        var (parts, next) =
            (new List<ParquetContent>(), $"/api/v1/sweeps/{sweep}/predictions?format=parquet&runs=4");
        while (next is not null)
        {
            using var response = await api.Client.GetAsync(next);
            parts.Add(ParquetContent.Read(await response.Content.ReadAsByteArrayAsync()));
            next = response.Headers.GetValues("Link").Single().Split(", ")
                .SingleOrDefault(link => link.EndsWith("rel=\"next\"", StringComparison.Ordinal)) is { } link
                ? link[1..link.IndexOf('>', StringComparison.Ordinal)] : null;
        }

        Assert.Equal([4, 2], parts.Select(part => part.RowGroups));
        Assert.All(parts, part => Assert.Equal(whole.Columns, part.Columns));
        Assert.Equal(whole.Rows.Select(Line), parts.SelectMany(part => part.Rows).Select(Line));

        static string Line(object?[] row) => string.Join(' ', row);
    }

    [Fact]
    public async Task A_file_of_exactly_the_remaining_runs_is_the_last_one()
    {
        var sweep = await TrainedAsync();

        using var response = await api.Client.GetAsync($"/api/v1/sweeps/{sweep}/predictions?format=csv&runs=3");

        Assert.DoesNotContain("rel=\"next\"", response.Headers.GetValues("Link").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_after_a_run_is_named_after_it_and_begins_with_the_next_run()
    {
        var sweep = await TrainedAsync();
        var runs = await api.Situations.RunsOfAsync(sweep);

        using var response = await api.Client.GetAsync(
            $"/api/v1/sweeps/{sweep}/predictions?format=csv&after={runs[1].Id}");

        Assert.Equal(
            $"predictions-{sweep}-test-after-{runs[1].Id}.csv",
            response.Content.Headers.ContentDisposition?.FileName);
        var rows = Rfc4180.Read(Encoding.UTF8.GetString(await response.Content.ReadAsByteArrayAsync()));
        Assert.Equal(
            Enumerable.Repeat(runs[2].Id.ToString(), Examples), rows.Skip(1).Select(row => row[0]));
    }

    [Fact]
    public async Task An_invalid_part_is_named_in_the_error()
    {
        var sweep = await TrainedAsync();

        Assert.Equal(["runs"], await InvalidAsync("runs=0"));
        Assert.Equal(["after"], await InvalidAsync($"after={Guid.NewGuid()}"));
        Assert.Equal(["after"], await InvalidAsync("after=first"));

        Task<IReadOnlyList<string>> InvalidAsync(string query) =>
            api.InvalidFieldsAsync(HttpMethod.Get, $"/api/v1/sweeps/{sweep}/predictions?{query}");
    }

    private static Guid RunOf(JsonNode? item) => (Guid)item!["runId"]!;

    private async Task<Guid> TrainedAsync(params string[] methods)
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 3, methods));
        await api.Situations.TrainAsync(sweep, (run, position) => (run.Seed + position) % 3);
        return sweep;
    }

    private async Task<ParquetContent> FileAsync(string path) =>
        ParquetContent.Read(await api.Client.GetByteArrayAsync(path));
}
