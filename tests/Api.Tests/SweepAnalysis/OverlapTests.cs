using System.Net;
using System.Text.Json.Nodes;
using PieService.Domain.Recipes;

namespace PieService.Api.Tests.SweepAnalysis;

public sealed class OverlapTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Every_two_comparisons_have_the_overlap_of_their_PIEs()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var pairs = await api.WalkAsync($"/api/v1/sweeps/{sweep.Id}/overlaps?pageSize=4");

        Assert.Equal(
            ["IMP 50, IMP 90: 1 of 2", "IMP 50, MP-AI 50: 1 of 2", "IMP 50, MP-AI 90: 1 of 4",
                "IMP 90, MP-AI 50: 1 of 3", "IMP 90, MP-AI 90: 2 of 4", "MP-AI 50, MP-AI 90: 2 of 4"],
            pairs.Select(
                pair => $"{Name(pair["first"])}, {Name(pair["second"])}: {pair["shared"]} of {pair["union"]}"));
        var pair = pairs[4];
        Assert.Equal(
            (sweep.Comparisons["IMP 90"], "bilstm", "BiLSTM", "dense", "test", 2),
            ((Guid)pair["first"]!["comparisonId"]!, (string?)pair["first"]!["model"],
                (string?)pair["first"]!["architecture"], (string?)pair["first"]!["baseline"],
                (string?)pair["first"]!["split"], (int)pair["first"]!["pies"]!));
        // Two and four PIEs among eight examples; both cohorts agree on six of them, of which four are expected.
        Assert.Equal(
            (8, 0.5, 1.0, 1.0 / 5, 2.0, 0.5),
            ((int)pair["examples"]!, (double)pair["jaccard"]!, (double)pair["expectedShared"]!,
                (double)pair["expectedJaccard"]!, (double)pair["ratio"]!, (double)pair["kappa"]!));
        // The six examples on which the dense runs are unanimous have all PIEs.
        var given = pair["givenMargin"]!;
        Assert.Equal(4 / 3.0, (double)given["expectedShared"]!, 12);
        Assert.Equal(1.5, (double)given["ratio"]!, 12);
        Assert.Equal((2 - (4 / 3.0)) / Math.Sqrt(2 * 4 * 4 * 2 / (36 * 5.0)), (double)given["z"]!, 12);
        Assert.Equal(0.2636, (double)given["p"]!, 4);
    }

    /// <summary>
    /// The dense runs of the first model are divided on examples 6 and 7, those of the second one on 0 and 7. The pairs
    /// of strata have the examples 1 to 5, 6, 0, and 7.
    /// </summary>
    [Fact]
    public async Task The_strata_of_two_dense_cohorts_are_the_pairs_of_both()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 3, "MP-AI");
        var other = request["models"]![0]!.DeepClone();
        (other["name"], other["hyperparameters"]!["hiddenSize"]) = ("other", 7);
        request["models"]!.AsArray().Add(other);
        var sweep = await api.SubmitAsync(request);
        await api.Situations.TrainAsync(sweep, (run, position) =>
        {
            var isOther = run.Recipe!.Hyperparameters.HiddenSize == 7;
            var isWrong = run.Method == Method.Dense
                ? run.Seed == 0 && (position == 7 || position == (isOther ? 0 : 6))
                : position is 1 or 2 or 0;
            return isWrong ? (position + 1) % 3 : position % 3;
        });
        await api.Situations.LabelAsync(sweep);

        var pair = Assert.Single((await api.GetAsync($"/api/v1/sweeps/{sweep}/overlaps"))["items"]!.AsArray())!;

        Assert.Equal(3, (int)pair["shared"]!);
        // Two of the five examples of the first stratum, and the one of the third.
        Assert.Equal((2 * 2 / 5.0) + 1, (double)pair["givenMargin"]!["expectedShared"]!, 12);
    }

    [Theory]
    [InlineData("method=IMP", "IMP 50 1, IMP 90 2")]
    [InlineData("sparsity=50", "IMP 50 1, MP-AI 50 2")]
    [InlineData("sparsity=50&maxQ=0.01", "IMP 50 0, MP-AI 50 2")]
    [InlineData("method=IMP&model=bilstm&baseline=dense&split=test", "IMP 50 1, IMP 90 2")]
    [InlineData("model=other", "")]
    [InlineData("baseline=dense4E", "")]
    [InlineData("split=train", "")]
    public async Task Overlaps_can_be_filtered(string query, string pairs)
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var rows = (await api.GetAsync($"/api/v1/sweeps/{sweep.Id}/overlaps?{query}"))["items"]!.AsArray();

        Assert.Equal(pairs, string.Concat(rows.Select(row => $"{Side(row!["first"])}, {Side(row["second"])}")));

        static string Side(JsonNode? side) => $"{Name(side)} {side!["pies"]}";
    }

    [Fact]
    public async Task Comparisons_are_selected_by_their_ids()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var rows = (await api.GetAsync(
            $"/api/v1/sweeps/{sweep.Id}/overlaps?comparisons={Ids(sweep, "MP-AI 90", "IMP 50")}"))["items"]!.AsArray();

        var pair = Assert.Single(rows)!;
        Assert.Equal(("IMP 50", "MP-AI 90"), (Name(pair["first"]), Name(pair["second"])));
    }

    [Fact]
    public async Task A_pair_has_no_numbers_until_both_comparisons_are_labelled()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 2, "IMP", "MP-AI");
        var sweep = await api.SubmitAsync(request);
        foreach (var run in (await api.Situations.RunsOfAsync(sweep)).Where(run => run.Method != Method.Imp))
            await api.Situations.TrainAsync(run, (_, position) => position % 3);
        await api.Situations.LabelAsync(sweep);

        var pair = (await api.GetAsync($"/api/v1/sweeps/{sweep}/overlaps"))["items"]![0]!.AsObject();

        Assert.Equal((null, 0), ((int?)pair["first"]!["pies"], (int?)pair["second"]!["pies"]));
        Assert.All(
            pair.Where(field => field.Key is not ("first" or "second")), field => Assert.Null(field.Value));
    }

    /// <summary>Intersections of one size are in the order of the comparisons.</summary>
    [Fact]
    public async Task Intersections_have_each_PIE_once()
    {
        var sweep = await StudiedSweep.LabelledAsync(api);

        var rows = await api.WalkAsync($"/api/v1/sweeps/{sweep.Id}/intersections?pageSize=3");
        var two = await api.WalkAsync(
            $"/api/v1/sweeps/{sweep.Id}/intersections?pageSize=3&comparisons={Ids(sweep, "IMP 50", "MP-AI 90")}");
        var significant = await api.WalkAsync($"/api/v1/sweeps/{sweep.Id}/intersections?pageSize=3&maxQ=0.01");

        Assert.Equal(
            ["IMP 50, IMP 90, MP-AI 50, MP-AI 90: 1", "IMP 90, MP-AI 90: 1", "MP-AI 50, MP-AI 90: 1", "MP-AI 90: 1"],
            Read(rows));
        Assert.Equal(["MP-AI 90: 3", "IMP 50, MP-AI 90: 1"], Read(two));
        Assert.Equal(
            ["IMP 90, MP-AI 50, MP-AI 90: 1", "IMP 90, MP-AI 90: 1", "MP-AI 50, MP-AI 90: 1"], Read(significant));

        IEnumerable<string> Read(List<JsonNode> found) =>
            found.Select(row => $"{string.Join(", ", sweep.Names(row["comparisons"]))}: {row["examples"]}");
    }

    [Theory]
    [InlineData("overlaps", "", "must be ids")]
    [InlineData("overlaps", "{IMP 50},nonsense", "must be ids")]
    [InlineData("overlaps", "00000000-0000-0000-0000-000000000001", "is not a comparison of this sweep")]
    [InlineData("overlaps", "{other sweep}", "is not a comparison of this sweep")]
    [InlineData("overlaps", "{IMP 50}&split=train", "is not a comparison of this sweep, or the other filters leave it")]
    [InlineData("intersections", "{IMP 50},{other sweep}", "is not a comparison of this sweep")]
    [InlineData("intersections", "{IMP 50}", "at least 2 labelled comparisons")]
    public async Task Comparisons_that_cannot_be_compared_are_named_in_the_error(
        string table, string comparisons, string message)
    {
        var (sweep, other) = (await StudiedSweep.LabelledAsync(api), await StudiedSweep.LabelledAsync(api));
        var ids = comparisons
            .Replace("{IMP 50}", $"{sweep.Comparisons["IMP 50"]}", StringComparison.Ordinal)
            .Replace("{other sweep}", $"{other.Comparisons["IMP 50"]}", StringComparison.Ordinal);

        var problem = await ProblemAsync($"{sweep.Id}/{table}?comparisons={(ids.Length == 0 ? "," : ids)}");

        Assert.Contains(message, problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Comparisons_without_labels_cannot_intersect_and_the_error_names_them()
    {
        var sweep = await StudiedSweep.OfAsync(
            api, await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 2, "IMP", "MP-AI")));

        Assert.Contains(
            $"{sweep.Comparisons["IMP 90"]} is not labelled yet",
            await ProblemAsync($"{sweep.Id}/intersections?comparisons={Ids(sweep, "IMP 90", "MP-AI 90")}"),
            StringComparison.Ordinal);
        Assert.Contains(
            "at least 2 labelled comparisons are needed; here are 0",
            await ProblemAsync($"{sweep.Id}/intersections"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Too_many_comparisons_are_refused_with_what_to_do()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 1, "MP-AI");
        request["sparsities"] = new JsonArray([.. Enumerable.Range(1, 31).Select(target => (JsonNode)target)]);
        request["methods"] = new JsonArray("MP-AI", "RP-AI");
        var sweep = await api.SubmitAsync(request);

        Assert.Contains("at most 60", await ProblemAsync($"{sweep}/overlaps"), StringComparison.Ordinal);
        Assert.Contains("at most 12", await ProblemAsync($"{sweep}/intersections"), StringComparison.Ordinal);
        Assert.Equal(
            31 * 30 / 2, (int)(await api.GetAsync($"/api/v1/sweeps/{sweep}/overlaps?method=RP-AI"))["totalItems"]!);
    }

    [Fact]
    public async Task Comparisons_of_two_splits_have_no_pairs_and_do_not_intersect()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 2, "IMP", "MP-AI");
        request["predictSplits"] = new JsonArray("test", "train");
        var sweep = await api.SubmitAsync(request);

        var pairs = (await api.GetAsync($"/api/v1/sweeps/{sweep}/overlaps"))["items"]!.AsArray();

        Assert.Equal(2, pairs.Count);
        Assert.All(
            pairs, pair => Assert.Equal((string?)pair!["first"]!["split"], (string?)pair["second"]!["split"]));
    }

    [Fact]
    public async Task The_largest_q_value_must_be_a_probability() => Assert.Equal(
        ["maxQ"],
        await api.InvalidFieldsAsync(HttpMethod.Get, $"/api/v1/sweeps/{Guid.NewGuid()}/overlaps?maxQ=1.01"));

    private async Task<string> ProblemAsync(string path) =>
        (await api.ProblemAsync(HttpStatusCode.BadRequest, HttpMethod.Get, $"/api/v1/sweeps/{path}"))
            ["errors"]!["comparisons"]![0]!.ToString();

    private static string Ids(StudiedSweep sweep, params string[] names) =>
        string.Join(',', names.Select(name => sweep.Comparisons[name]));

    private static string Name(JsonNode? side) => $"{side!["method"]} {side["sparsity"]}";
}
