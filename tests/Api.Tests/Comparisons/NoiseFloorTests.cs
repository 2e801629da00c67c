using System.Text.Json.Nodes;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;

namespace PieService.Api.Tests.Comparisons;

/// <summary>
/// The values beside a PIE rate: the rate that seeds alone cause, and the effect of pruning on single models.
/// </summary>
public sealed class NoiseFloorTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Too_few_dense_runs_give_no_floor_and_a_reason_with_the_fix()
    {
        var floor = (await ComparisonAsync(seeds: 3))["noiseFloor"]!;

        Assert.Null(floor["kind"]);
        Assert.Null(floor["mean"]);
        Assert.Contains("extraDenseSeeds", (string?)floor["reason"], StringComparison.Ordinal);
    }

    /// <summary>
    /// The dense runs of seeds 0 and 1 predict 0 for example 0, those of seeds 2 and 3 predict 1; for the other
    /// examples all runs predict the same.
    /// </summary>
    [Fact]
    public async Task The_floor_between_halves_counts_every_way_to_split_the_dense_runs()
    {
        var floor = (await ComparisonAsync(seeds: 4))["noiseFloor"]!;

        Assert.Equal(("halves", 2, 3), ((string?)floor["kind"], (int)floor["seeds"]!, (int)floor["splits"]!));
        Assert.Equal(1.0 / 3 / Situations.TestExamples, (double)floor["mean"]!, 12);
        Assert.Null(floor["reason"]);
    }

    [Fact]
    public async Task Extra_dense_seeds_are_a_second_cohort_that_no_comparison_is_made_with()
    {
        var comparison = await ComparisonAsync(seeds: 2, extra: 2);

        Assert.Equal("""{"dense":2,"pruned":2,"expected":2}""", comparison["seeds"]!.ToJsonString());
        Assert.True((bool)comparison["complete"]!);
        var floor = comparison["noiseFloor"]!;
        Assert.Equal(("secondCohort", 2, 3), ((string?)floor["kind"], (int)floor["seeds"]!, (int)floor["splits"]!));
        Assert.Equal(1.0 / 3 / Situations.TestExamples, (double)floor["mean"]!, 12);
    }

    /// <summary>
    /// The pruned run of a seed differs from its dense run on as many examples as the number of the seed.
    /// </summary>
    [Fact]
    public async Task Churn_is_the_change_by_pruning_within_a_seed()
    {
        var churn = (await ComparisonAsync(seeds: 3))["churn"]!;

        Assert.Equal(1.0 / Situations.TestExamples, (double)churn["mean"]!, 12);
        Assert.Equal(1.0 / Situations.TestExamples, (double)churn["sd"]!, 12);
    }

    [Fact]
    public async Task Comparisons_and_runs_can_be_filtered_and_ordered_by_achieved_sparsity()
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), 2, "MP-AI", "IBP-AI", "RP-AI");
        var sweep = (Guid)(await api.PostAsync("/api/v1/sweeps", request))["id"]!;
        await api.Situations.TrainAsync(sweep, (_, i) => i % 3, Kept);
        await api.Situations.LabelAsync(sweep);

        Assert.Equal(
            ["IBP-AI", "MP-AI", "RP-AI"],
            await MethodsAsync($"/api/v1/sweeps/{sweep}/comparisons?orderBy=achievedSparsity"));
        Assert.Equal(
            ["MP-AI", "RP-AI"], await MethodsAsync($"/api/v1/sweeps/{sweep}/comparisons?minAchievedSparsity=50"));
        Assert.Equal(["IBP-AI"], await MethodsAsync($"/api/v1/sweeps/{sweep}/comparisons?maxAchievedSparsity=49.9"));
        Assert.Equal(
            ["dense", "dense", "IBP-AI", "IBP-AI", "MP-AI", "MP-AI", "RP-AI", "RP-AI"],
            await MethodsAsync($"/api/v1/sweeps/{sweep}/runs?orderBy=achievedSparsity"));
        Assert.Equal(
            ["MP-AI", "MP-AI"],
            await MethodsAsync($"/api/v1/sweeps/{sweep}/runs?minAchievedSparsity=50&maxAchievedSparsity=90"));

        // IBP-AI reaches only 10 % for the target 90 %, as the impact pruning of the published code does;
        // the others reach more.
        static RunOutcome Kept(Run run) => Situations.Outcome with
        {
            Tensors = [
                new TensorSparsity("l1.weight", 200, run.Method switch { Method.Dense => 200, Method.IbpAi =>
                    180, Method.MpAi => 20, _ => 10 })],
        };
    }

    private async Task<IEnumerable<string?>> MethodsAsync(string list) =>
        (await api.WalkAsync($"{list}&pageSize=1")).Select(item => (string?)item["method"]);

    private async Task<JsonNode> ComparisonAsync(int seeds, int extra = 0)
    {
        var request = Situations.Request(await api.Situations.DatasetAsync(), seeds, "MP-AI");
        request["extraDenseSeeds"] = extra;
        var sweep = (Guid)(await api.PostAsync("/api/v1/sweeps", request))["id"]!;
        await api.Situations.TrainAsync(sweep, Answers);
        await api.Situations.LabelAsync(sweep);
        Assert.Equal("succeeded", (string?)(await api.GetAsync($"/api/v1/sweeps/{sweep}"))["state"]);
        return (await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!;
    }

    private static int Answers(Run run, int position) => position switch
    {
        0 => run.Seed < 2 ? 0 : 1,
        _ when run.Method == Method.MpAi && position <= run.Seed => (position + 1) % 3,
        _ => position % 3,
    };
}
