using System.Net;
using System.Text.Json.Nodes;
using PieService.Domain.Recipes;

namespace PieService.Api.Tests.Comparisons;

/// <summary>Three dense and three pruned runs over eight examples with gold classes 0 1 2 0 1 2 0 1.</summary>
public sealed class PieEndpointsTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_comparison_counts_its_pies_and_ties_and_scores_them()
    {
        var comparison = (await api.GetAsync($"/api/v1/sweeps/{await LabelledSweepAsync()}/comparisons"))["items"]![0]!;

        Assert.Equal((8, 5, 0.625), ((int)comparison["examples"]!, (int)comparison["pies"]!, (double)comparison["pieRate"]!));
        Assert.True((bool)comparison["complete"]!);
        Assert.Equal("""{"dense":3,"pruned":3,"expected":3}""", comparison["seeds"]!.ToJsonString());
        Assert.Equal("""{"dense":0,"pruned":2}""", comparison["ties"]!.ToJsonString());
        // PIEs are 0, 3, 7 (dense right), 4 (pruned right) and 5 (both wrong).
        Assert.Equal("""{"dense":0.6,"pruned":0.2}""", comparison["scoreOnPies"]!.ToJsonString());
        Assert.Equal(90.0, (double)comparison["achievedSparsity"]!["mean"]!);
    }

    [Fact]
    public async Task Pies_come_with_texts_votes_margin_and_direction_the_clearest_first()
    {
        var pies = (await PiesAsync(await LabelledSweepAsync()))["items"]!.AsArray();

        Assert.Equal([0, 4, 5, 3, 7], pies.Select(pie => (int)pie!["position"]!));
        var first = pies[0]!;
        Assert.Equal(("text 0", "no", "denseRight", 1.0), ((string?)first["text"], (string?)first["labels"]![0], (string?)first["direction"], (double)first["margin"]!));
        Assert.Equal("""{"predicted":["no"],"votes":{"no":3,"maybe":0,"yes":0}}""", first["dense"]!.ToJsonString());
        Assert.Equal("""{"predicted":["maybe"],"votes":{"no":0,"maybe":3,"yes":0}}""", first["pruned"]!.ToJsonString());
        Assert.Equal([false, false, false, false, true], pies.Select(pie => (bool)pie!["tied"]!));
    }

    [Theory]
    [InlineData("?direction=denseRight", new[] { 0, 3, 7 })]
    [InlineData("?direction=bothWrong", new[] { 5 })]
    [InlineData("?label=maybe", new[] { 4, 7 })]
    [InlineData("?minMargin=0.9", new[] { 0, 4, 5 })]
    [InlineData("?orderBy=position", new[] { 0, 3, 4, 5, 7 })]
    [InlineData("?split=train", new int[0])]
    public async Task Pies_can_be_filtered_and_ordered(string query, int[] positions)
    {
        var page = await PiesAsync(await LabelledSweepAsync(), query);

        Assert.Equal(positions, page["items"]!.AsArray().Select(pie => (int)pie!["position"]!));
        Assert.Equal(positions.Length, (int)page["totalItems"]!);
    }

    [Theory]
    [InlineData("margin", new[] { 0, 4, 5, 3, 7 })]
    [InlineData("position", new[] { 0, 3, 4, 5, 7 })]
    public async Task Pages_hold_every_pie_once_in_the_order_asked_for(string orderBy, int[] positions)
    {
        var (sweep, listed, token) = (await LabelledSweepAsync(), new List<int>(), "");
        do
        {
            var page = await PiesAsync(sweep, $"?orderBy={orderBy}&pageSize=1{token}");
            listed.Add((int)page["items"]![0]!["position"]!);
            token = page["nextPageToken"] is { } next ? $"&pageToken={next}" : null;
        }
        while (token is not null);

        Assert.Equal(positions, listed);
    }

    [Fact]
    public async Task A_label_that_the_dataset_lacks_is_an_error_that_names_the_labels()
    {
        var comparison = await ComparisonAsync(await LabelledSweepAsync());

        var problem = await api.ProblemAsync(HttpStatusCode.BadRequest, HttpMethod.Get, $"/api/v1/comparisons/{comparison}/pies?label=nope&minMargin=0.1");

        Assert.Contains("no, maybe, yes", problem["errors"]!["label"]![0]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_labels_a_comparison_says_what_it_waits_for()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = (Guid)(await api.PostAsync("/api/v1/sweeps", Situations.Request(dataset, 3, "MP-AI")))["id"]!;

        var comparison = (await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!;

        Assert.Null(comparison["pies"]);
        Assert.False((bool)comparison["complete"]!);
        Assert.Equal(0, (int)(await PiesAsync(sweep))["totalItems"]!);
    }

    [Fact]
    public async Task Where_a_seed_failed_the_labels_stand_on_the_seeds_that_both_cohorts_have()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = (Guid)(await api.PostAsync("/api/v1/sweeps", Situations.Request(dataset, 3, "MP-AI")))["id"]!;
        var failing = (await api.Situations.RunsOfAsync(sweep)).Single(run => run.Method == Method.MpAi && run.Seed == 2);
        await api.Situations.Leases.FailAttemptAsync(await api.Situations.ClaimAsync(failing.Id), "diverged", retry: false, CancellationToken.None);
        await api.Situations.TrainAsync(sweep, Answers);
        await api.Situations.LabelAsync(sweep);

        var comparison = (await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!;

        Assert.False((bool)comparison["complete"]!);
        Assert.Equal("""{"dense":2,"pruned":2,"expected":3}""", comparison["seeds"]!.ToJsonString());
        Assert.Equal("failed", (string?)(await api.GetAsync($"/api/v1/sweeps/{sweep}"))["state"]);
    }

    [Fact]
    public async Task Labelling_twice_writes_the_same_labels()
    {
        var sweep = await LabelledSweepAsync();
        var once = (await PiesAsync(sweep)).ToJsonString();

        await api.Situations.LabelAsync(sweep);

        Assert.Equal(once, (await PiesAsync(sweep)).ToJsonString());
    }

    [Fact]
    public async Task One_example_shows_every_runs_answer_and_every_comparisons_vote()
    {
        var sweep = await LabelledSweepAsync();
        var example = (string?)(await PiesAsync(sweep))["items"]![0]!["exampleId"];

        var answers = await api.GetAsync($"/api/v1/examples/{example}/predictions?sweepId={sweep}");
        var votes = await api.GetAsync($"/api/v1/sweeps/{sweep}/examples/{example}");

        Assert.Equal(6, (int)answers["totalItems"]!);
        Assert.Equal(3, answers["items"]!.AsArray().Count(answer => (bool)answer!["correct"]!));
        Assert.True((bool)votes["comparisons"]![0]!["isPie"]!);
    }

    private async Task<Guid> LabelledSweepAsync()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = (Guid)(await api.PostAsync("/api/v1/sweeps", Situations.Request(dataset, 3, "MP-AI")))["id"]!;
        await api.Situations.TrainAsync(sweep, Answers);
        await api.Situations.LabelAsync(sweep);
        return sweep;
    }

    /// <summary>What a run of a seed answers for each position.</summary>
    private static int Answers(Domain.Runs.Run run, int position) => (run.Method, position) switch
    {
        (Method.MpAi, 0) => 1, // dense 0 = gold
        (Method.MpAi, 3) => 1 + run.Seed % 2, // dense 0 = gold; 1 2 1 with three seeds, 1 2 with two
        (Method.MpAi, 2 or 7) => run.Seed, // 0 1 2: a tie, to class 0
        (Method.Dense, 2) => 0, // as the tie: no PIE; at 7 dense 1 = gold
        (Method.MpAi, 4) => 1, // gold
        (Method.Dense, 4) => 0,
        (Method.MpAi, 5) => 1,
        (Method.Dense, 5) => 0, // gold is 2
        _ => position % 3,
    };

    private async Task<Guid> ComparisonAsync(Guid sweep) => (Guid)(await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!["id"]!;

    private async Task<JsonObject> PiesAsync(Guid sweep, string query = "") => await api.GetAsync($"/api/v1/comparisons/{await ComparisonAsync(sweep)}/pies{query}");
}
