using PieService.Domain.Recipes;

namespace PieService.Api.Tests.SweepAnalysis;

public sealed class SweepPieTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task An_example_has_the_comparisons_in_which_it_is_a_PIE()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var rows = (await api.GetAsync($"/api/v1/sweeps/{sweep.Id}/pies"))["items"]!.AsArray();

        Assert.Equal([0, 3, 4, 5], rows.Select(row => (int)row!["position"]!));
        Assert.All(rows, row => Assert.Equal(4, (int)row!["comparisons"]!));
        Assert.Equal([4, 2, 2, 1], rows.Select(row => (int)row!["pieCount"]!));
        Assert.Equal([1, 0.5, 0.5, 0.25], rows.Select(row => (double)row!["pieShare"]!));
        Assert.Equal([0, 2, 2, 1], rows.Select(row => (int)row!["replicatedCount"]!));
        // 6:0 votes against 0:6 have the taxicab 2 and the shift 1. Against 2:4 they have 4/3 and
        // (8/9 - (1 - 5/9) / 5) / 2 = 0.4.
        Assert.Equal([(6 + (4 / 3.0)) / 4, 2, 2, 4 / 3.0], rows.Select(row => (double)row!["taxicab"]!), Within(1e-9));
        Assert.Equal([(3 + 0.4) / 4, 1, 1, 0.4], rows.Select(row => (double)row!["shift"]!), Within(1e-9));
        var third = rows[2]!;
        Assert.Equal(
            ("text 4", "maybe", "bilstm"),
            ((string?)third["text"], (string?)third["labels"]![0], (string?)third["models"]!.AsArray().Single()));
        Assert.Equal(["MP-AI"], third["methods"]!.AsArray().Select(method => (string?)method));
        Assert.Equal([50, 90], third["sparsities"]!.AsArray().Select(sparsity => (int)sparsity!));
        Assert.Equal(["MP-AI 50", "MP-AI 90"], sweep.Names(third["comparisonIds"]));
        Assert.Equal(
            ["IMP", "MP-AI"], rows[0]!["methods"]!.AsArray().Select(method => (string?)method));
    }

    [Theory]
    [InlineData("minShare=1", new[] { 0 })]
    [InlineData("minShare=0.5", new[] { 0, 3, 4 })]
    [InlineData("minCount=2", new[] { 0, 3, 4 })]
    [InlineData("minCount=3", new[] { 0 })]
    [InlineData("minCount=1&minShare=0.75", new[] { 0 })]
    [InlineData("method=IMP", new[] { 0, 3 })]
    [InlineData("method=IMP&minShare=1", new[] { 0 })]
    [InlineData("sparsity=50", new[] { 0, 4 })]
    [InlineData("sparsity=90&method=MP-AI", new[] { 0, 3, 4, 5 })]
    [InlineData("baseline=dense", new[] { 0, 3, 4, 5 })]
    [InlineData("baseline=dense4E", new int[0])]
    [InlineData("model=bilstm", new[] { 0, 3, 4, 5 })]
    [InlineData("model=other", new int[0])]
    [InlineData("split=train", new int[0])]
    [InlineData("label=no", new[] { 0, 3 })]
    [InlineData("label=yes", new[] { 5 })]
    [InlineData("maxQ=0.01", new[] { 0, 3, 4 })]
    [InlineData("maxQ=0.01&minCount=3", new[] { 0 })]
    [InlineData("maxQ=0.01&minCount=4", new int[0])]
    [InlineData("replicated=true", new[] { 3, 4, 5 })]
    [InlineData("replicated=false", new[] { 0 })]
    [InlineData("orderBy=shift", new[] { 3, 4, 0, 5 })]
    [InlineData("orderBy=position", new[] { 0, 3, 4, 5 })]
    public async Task Sweep_PIEs_can_be_filtered_and_ordered(string query, int[] positions)
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var page = await api.GetAsync($"/api/v1/sweeps/{sweep.Id}/pies?{query}");

        Assert.Equal(positions, page["items"]!.AsArray().Select(row => (int)row!["position"]!));
        Assert.Equal(positions.Length, (int)page["totalItems"]!);
    }

    [Theory]
    [InlineData("pieCount", new[] { 0, 3, 4, 5 })]
    [InlineData("shift", new[] { 3, 4, 0, 5 })]
    [InlineData("position", new[] { 0, 3, 4, 5 })]
    public async Task Pages_have_every_PIE_of_a_sweep_once(string orderBy, int[] positions)
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var listed = await api.WalkAsync($"/api/v1/sweeps/{sweep.Id}/pies?orderBy={orderBy}&pageSize=1");

        Assert.Equal(positions, listed.Select(row => (int)row["position"]!));
    }

    /// <summary>Every run of one method predicts the first class, so the examples of the others are its PIEs.</summary>
    [Theory]
    [InlineData("", new[] { 0 }, 1)]
    [InlineData("?excludeCollapsed=false", new[] { 0, 1, 2, 4, 5, 7 }, 2)]
    public async Task Comparisons_of_collapsed_cohorts_are_left_out(string query, int[] positions, int comparisons)
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 3, "MP-AI", "RP-AI");
        var sweep = await StudiedSweep.LabelledAsync(api, request, (run, position) => run.Method switch
        {
            Method.RpAi => 0,
            Method.MpAi when position == 0 => 1,
            _ => position % 3,
        });

        var rows = (await api.GetAsync($"/api/v1/sweeps/{sweep.Id}/pies{query}"))["items"]!.AsArray();

        Assert.Equal(positions, rows.Select(row => (int)row!["position"]!).Order());
        Assert.All(rows, row => Assert.Equal(comparisons, (int)row!["comparisons"]!));
        // There is no second dense cohort.
        Assert.All(rows, row => Assert.Null(row!["replicatedCount"]));
    }

    [Fact]
    public async Task A_sweep_without_labelled_comparisons_has_no_PIEs()
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 3, "MP-AI"));

        Assert.Equal(0, (int)(await api.GetAsync($"/api/v1/sweeps/{sweep}/pies"))["totalItems"]!);
        Assert.Equal(0, (int)(await api.GetAsync($"/api/v1/sweeps/{sweep}/fragile-examples"))["totalItems"]!);
    }

    [Theory]
    [InlineData("pies", "minCount", "0")]
    [InlineData("pies", "minShare", "1.5")]
    [InlineData("pies", "maxQ", "-0.1")]
    [InlineData("pies", "replicated", "often")]
    [InlineData("pies", "orderBy", "margin")]
    [InlineData("pies", "label", "nope")]
    [InlineData("fragile-examples", "orderBy", "margin")]
    [InlineData("fragile-examples", "label", "nope")]
    [InlineData("fragile-examples", "excludeCollapsed", "perhaps")]
    public async Task An_invalid_filter_of_a_sweeps_examples_is_named_in_the_error(
        string table, string field, string value)
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 1, "MP-AI"));

        Assert.Equal(
            [field], await api.InvalidFieldsAsync(HttpMethod.Get, $"/api/v1/sweeps/{sweep}/{table}?{field}={value}"));
    }

    private static EqualityComparer<double> Within(double tolerance) =>
        EqualityComparer<double>.Create((a, b) => Math.Abs(a - b) <= tolerance, _ => 0);
}
