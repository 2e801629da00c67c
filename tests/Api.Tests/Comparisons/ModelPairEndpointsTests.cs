using System.Text.Json.Nodes;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;

namespace PieService.Api.Tests.Comparisons;

/// <summary>Models "a", "b", "c" whose pruned cohorts differ from the dense ones on other examples.</summary>
public sealed class ModelPairEndpointsTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static readonly Dictionary<int, int[]> PiesByHiddenSize = new()
    {
        [8] = [0, 1, 2, 3],
        [9] = [2, 3, 4],
        [10] = [],
    };

    [Fact]
    public async Task Two_models_are_compared_by_their_scores_their_PIEs_and_the_overlap_of_these()
    {
        var sweep = await SweepAsync(["a", "b"], 4, "MP-AI");

        var pair = Assert.Single((await api.GetAsync($"/api/v1/sweeps/{sweep}/models"))["items"]!.AsArray())!;

        Assert.Equal(
            ("MP-AI", 90, "dense", "test", 8),
            ((string?)pair["method"], (int)pair["sparsity"]!, (string?)pair["baseline"], (string?)pair["split"],
                (int)pair["examples"]!));
        var comparisons = (await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]!.AsArray();
        foreach (var (side, comparison) in new[] { "first", "second" }.Zip(comparisons))
        {
            Assert.Equal((string?)comparison!["id"], (string?)pair[side]!["comparisonId"]);
            foreach (var field in new[] { "model", "architecture", "achievedSparsity", "seeds", "complete", "score",
                    "pies", "pieRate", "noiseFloor" })
                Assert.Equal(comparison[field]?.ToJsonString(), pair[side]![field]?.ToJsonString());
        }
        // The PIEs are {0, 1, 2, 3} and {2, 3, 4} of 8 examples, so the expected overlap is 4 x 3 / 8.
        Assert.Equal(
            (2, 5, 0.4, 1.5, 1.5 / 5.5, 2 / 1.5),
            ((int)pair["overlap"]!["shared"]!, (int)pair["overlap"]!["union"]!, (double)pair["overlap"]!["jaccard"]!,
                (double)pair["overlap"]!["expectedShared"]!, (double)pair["overlap"]!["expectedJaccard"]!,
                (double)pair["overlap"]!["ratio"]!));
        Assert.True((bool)pair["comparable"]!);
    }

    [Fact]
    public async Task Models_that_keep_other_shares_of_their_weights_are_not_comparable()
    {
        var sweep = await SweepAsync(
            ["a", "b"], 2, ["IBP-AI"], run => run.Recipe!.Hyperparameters.HiddenSize == 9 ? 40 : 20);

        var pair = (await api.GetAsync($"/api/v1/sweeps/{sweep}/models"))["items"]![0]!;

        // The achieved sparsities are 90 and 80 %, both for the target 90.
        Assert.False((bool)pair["comparable"]!);
        Assert.Equal(-10, (double)pair["sparsityDifference"]!, 12);
    }

    [Fact]
    public async Task Every_two_models_are_a_pair_for_each_method_page_by_page()
    {
        var sweep = await SweepAsync(["a", "b", "c"], 2, "MP-AI", "RP-AI");
        string[] all = ["a b MP-AI", "a c MP-AI", "a b RP-AI", "a c RP-AI", "b c MP-AI", "b c RP-AI"];

        Assert.Equal(all, await PairsAsync($"/api/v1/sweeps/{sweep}/models?pageSize=1"));
        Assert.Equal(
            all.Where(pair => pair.Contains('b', StringComparison.Ordinal)),
            await PairsAsync($"/api/v1/sweeps/{sweep}/models?pageSize=3&model=b"));
        Assert.Equal(
            ["a b RP-AI", "a c RP-AI", "b c RP-AI"],
            await PairsAsync($"/api/v1/sweeps/{sweep}/models?pageSize=2&method=RP-AI&sparsity=90"));
        Assert.Empty(await PairsAsync($"/api/v1/sweeps/{sweep}/models?pageSize=2&sparsity=50"));
    }

    [Fact]
    public async Task Comparisons_that_are_not_labelled_yet_have_no_overlap()
    {
        var request = await RequestAsync(["a", "b"], 2, "MP-AI");
        var sweep = await api.SubmitAsync(request);

        var pair = (await api.GetAsync($"/api/v1/sweeps/{sweep}/models"))["items"]![0]!;

        Assert.All(["examples", "overlap", "comparable", "sparsityDifference"], field => Assert.Null(pair[field]));
        Assert.Equal("""{"dense":null,"pruned":null,"expected":2}""", pair["second"]!["seeds"]!.ToJsonString());
    }

    private Task<Guid> SweepAsync(string[] models, int seeds, params string[] methods) =>
        SweepAsync(models, seeds, methods, _ => 20);

    /// <param name="kept">The number of kept weights, of 200.</param>
    private async Task<Guid> SweepAsync(string[] models, int seeds, string[] methods, Func<Run, int> kept)
    {
        var sweep = await api.SubmitAsync(await RequestAsync(models, seeds, methods));
        await api.Situations.TrainAsync(
            sweep,
            (run, position) =>
                run.Method != Method.Dense && PiesByHiddenSize[run.Recipe!.Hyperparameters.HiddenSize]
                    .Contains(position)
                    ? (position + 1) % 3 : position % 3,
            run => Situations.Outcome with { Tensors = [new TensorSparsity("l1.weight", 200, kept(run))] });
        await api.Situations.LabelAsync(sweep);
        return sweep;
    }

    private async Task<JsonObject> RequestAsync(string[] models, int seeds, params string[] methods)
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), seeds, methods);
        request["models"] = new JsonArray([.. models.Index().Select(model => (JsonNode)new JsonObject
        {
            ["name"] = model.Item,
            ["architecture"] = "BiLSTM",
            ["hyperparameters"] = new JsonObject { ["epochs"] = 2, ["hiddenSize"] = 8 + model.Index },
        })]);
        return request;
    }

    private async Task<List<string>> PairsAsync(string list)
    {
        var (pairs, token) = (new List<string>(), "");
        do
        {
            var page = await api.GetAsync($"{list}{token}");
            pairs.AddRange(
                page["items"]!.AsArray()
                    .Select(pair => $"{pair!["first"]!["model"]} {pair["second"]!["model"]} {pair["method"]}"));
            token = page["nextPageToken"] is { } next ? $"&pageToken={next}" : null;
        }
        while (token is not null);
        return pairs;
    }
}
