using System.Text.Json.Nodes;
using PieService.Domain.Recipes;
using PieService.Domain.Statistics;

namespace PieService.Api.Tests.SweepAnalysis;

public sealed class SweepAnalysisTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    /// <summary>Each number is the one that another resource has under the same name.</summary>
    [Fact]
    public async Task A_row_has_the_main_numbers_of_a_comparison_and_of_its_analysis()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var rows = (await api.GetAsync($"/api/v1/sweeps/{sweep.Id}/analysis"))["items"]!.AsArray();

        Assert.Equal(sweep.Comparisons.Values, rows.Select(row => (Guid)row!["comparisonId"]!));
        foreach (var row in rows)
        {
            var path = $"/api/v1/comparisons/{row!["comparisonId"]}";
            var (comparison, analysis) = (await api.GetAsync(path), await api.GetAsync($"{path}/analysis"));
            foreach (var field in new[] { "model", "architecture", "method", "sparsity", "baseline", "split", "seeds",
                    "complete", "achievedSparsity", "examples", "pies", "pieRate", "noiseFloor", "churn" })
                Assert.Equal(comparison[field]?.ToJsonString(), row[field]?.ToJsonString());
            foreach (var field in new[]
                { "crossFit", "replication", "flips", "collapse", "analysedAt", "analysisVersion" })
                Assert.Equal(analysis[field]?.ToJsonString(), row[field]?.ToJsonString());
            foreach (var field in new[] { "excess", "overDense" })
                Assert.Equal(analysis["excess"]![field]?.ToJsonString(), row[field]?.ToJsonString());
            Assert.Equal((double?)analysis["halves"]!["jaccard"], (double?)row["halvesJaccard"]);
            foreach (var field in new[] { "kl", "js" })
                Assert.Equal((double?)analysis["divergence"]![field]!["mean"], (double?)row[field]);
            Assert.Equal((double?)analysis["divergence"]!["marginAuc"], (double?)row["marginAuc"]);
        }
        // Four of the six runs are wrong about the only PIE of IMP 50. They are about a PIE of MP-AI 90 too, which is
        // significant among four.
        Assert.Equal([0, 2, 2, 4], rows.Select(row => (int)row!["significantPies"]!));
    }

    /// <summary>Two of the six dense runs are wrong about 6 and 7: accuracies 0.75 twice, and 1 four times.</summary>
    [Fact]
    public async Task Scores_have_the_interval_of_Student_over_the_runs()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var score = (await api.GetAsync($"/api/v1/sweeps/{sweep.Id}/analysis"))["items"]![0]!["score"]!;

        var expected = Estimate.OfMean([0.75, 0.75, 1, 1, 1, 1]);
        Assert.Equal("accuracy", (string?)score["metric"]);
        Assert.Equal(expected.Value, (double)score["dense"]!["mean"]!, 12);
        Assert.Equal(expected.Low!.Value, (double)score["dense"]!["low"]!, 12);
        Assert.Equal(expected.High!.Value, (double)score["dense"]!["high"]!, 12);
        Assert.Equal(Math.Sqrt(0.05 / 3), (double)score["dense"]!["sd"]!, 12);
    }

    [Fact]
    public async Task A_provisional_comparison_is_marked_and_one_without_labels_has_no_numbers()
    {
        var sweep = await api.SubmitAsync(
            Situations.Request(await api.Situations.DatasetAsync(), 3, "IMP", "MP-AI"));
        foreach (var run in (await api.Situations.RunsOfAsync(sweep))
            .Where(run => run.Method != Method.Imp && run.Seed < 2))
            await api.Situations.TrainAsync(run, (_, position) => position % 3);
        await api.Situations.LabelAsync(sweep);

        var rows = (await api.GetAsync($"/api/v1/sweeps/{sweep}/analysis"))["items"]!.AsArray();

        Assert.Equal([false, false], rows.Select(row => (bool)row!["complete"]!));
        Assert.Equal("""{"dense":2,"pruned":2,"expected":3}""", rows[1]!["seeds"]!.ToJsonString());
        // Two seeds have an effect and no interval.
        Assert.Equal("""{"value":0,"se":null,"low":null,"high":null}""", rows[1]!["excess"]!.ToJsonString());
        Assert.Equal("""{"dense":null,"pruned":null,"expected":3}""", rows[0]!["seeds"]!.ToJsonString());
        Assert.All(
            ["achievedSparsity", "score", "examples", "pies", "pieRate", "significantPies", "noiseFloor", "churn",
                "excess", "overDense", "halvesJaccard", "crossFit", "replication", "flips", "kl", "js",
                "marginAuc", "collapse", "analysedAt",
                "analysisVersion"],
            field => Assert.Null(rows[0]![field]));
    }

    [Theory]
    [InlineData("", "IMP 50, IMP 90, MP-AI 50, MP-AI 90")]
    [InlineData("method=IMP", "IMP 50, IMP 90")]
    [InlineData("sparsity=50", "IMP 50, MP-AI 50")]
    [InlineData("model=other", "")]
    [InlineData("minAchievedSparsity=95", "")]
    [InlineData("maxAchievedSparsity=95&method=MP-AI", "MP-AI 50, MP-AI 90")]
    [InlineData("orderBy=achievedSparsity&sparsity=90", "IMP 90, MP-AI 90")]
    public async Task Analyses_can_be_filtered_and_ordered(string query, string comparisons)
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var rows = await api.WalkAsync($"/api/v1/sweeps/{sweep.Id}/analysis?{query}&pageSize=1");

        Assert.Equal(comparisons, string.Join(", ", rows.Select(row => $"{row["method"]} {row["sparsity"]}")));
    }

    [Fact]
    public async Task The_classes_of_a_sweep_are_those_of_its_comparisons()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var rows = await api.WalkAsync($"/api/v1/sweeps/{sweep.Id}/classes?pageSize=2");

        var expected = new List<string>();
        foreach (var comparison in sweep.Comparisons.Values)
        {
            var about = await api.GetAsync($"/api/v1/comparisons/{comparison}");
            foreach (var row in await api.WalkAsync($"/api/v1/comparisons/{comparison}/classes?pageSize=9"))
            {
                var whole = new JsonObject { ["comparisonId"] = comparison };
                string[] fields = ["model", "architecture", "method", "sparsity", "baseline", "cohort", "compression",
                    "bits", "split"];
                foreach (var field in fields) whole[field] = about[field]?.DeepClone();
                foreach (var (field, value) in row.AsObject()) whole[field] = value?.DeepClone();
                expected.Add(whole.ToJsonString());
            }
        }
        Assert.Equal(12, expected.Count);
        Assert.Equal(expected, rows.Select(row => row.ToJsonString()));
    }

    [Theory]
    [InlineData("label=maybe&sparsity=90", "IMP 90 maybe, MP-AI 90 maybe")]
    [InlineData("method=IMP&sparsity=50", "IMP 50 no, IMP 50 maybe, IMP 50 yes")]
    [InlineData("label=yes&model=bilstm&baseline=dense&split=test&method=MP-AI", "MP-AI 50 yes, MP-AI 90 yes")]
    [InlineData("model=other", "")]
    [InlineData("baseline=dense4E", "")]
    [InlineData("split=train", "")]
    public async Task Classes_of_a_sweep_can_be_filtered(string query, string classes)
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var rows = await api.WalkAsync($"/api/v1/sweeps/{sweep.Id}/classes?{query}&pageSize=1");
        var page = await api.GetAsync($"/api/v1/sweeps/{sweep.Id}/classes?{query}");

        Assert.Equal(
            classes, string.Join(", ", rows.Select(row => $"{row["method"]} {row["sparsity"]} {row["label"]}")));
        Assert.Equal(rows.Count, (int)page["totalItems"]!);
    }

    [Theory]
    [InlineData("analysis?orderBy=q", "orderBy")]
    [InlineData("classes?label=nope", "label")]
    [InlineData("classes?method=none", "method")]
    public async Task An_invalid_filter_of_a_sweeps_comparisons_is_named_in_the_error(string path, string field)
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 1, "MP-AI"));

        Assert.Equal([field], await api.InvalidFieldsAsync(HttpMethod.Get, $"/api/v1/sweeps/{sweep}/{path}"));
    }
}
