using System.Net;
using System.Text.Json.Nodes;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Api.Tests.Comparisons;

/// <summary>Three dense and three pruned runs over eight examples with gold classes 0 1 2 0 1 2 0 1.</summary>
public sealed class PieEndpointsTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task A_comparison_has_the_counts_of_its_pies_and_ties_and_the_scores_on_its_pies()
    {
        var comparison = (await api.GetAsync($"/api/v1/sweeps/{await LabelledSweepAsync()}/comparisons"))["items"]![0]!;

        Assert.Equal(
            (8, 5, 0.625), ((int)comparison["examples"]!, (int)comparison["pies"]!, (double)comparison["pieRate"]!));
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
        Assert.Equal(
            ("text 0", "no", "denseRight", 1.0),
            ((string?)first["text"], (string?)first["labels"]![0], (string?)first["direction"],
                (double)first["margin"]!));
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
    public async Task Pages_have_every_pie_once_in_the_requested_order(string orderBy, int[] positions)
    {
        var comparison = await ComparisonAsync(await LabelledSweepAsync());

        var listed = await api.WalkAsync($"/api/v1/comparisons/{comparison}/pies?orderBy={orderBy}&pageSize=1");

        Assert.Equal(positions, listed.Select(pie => (int)pie["position"]!));
    }

    [Fact]
    public async Task Examples_of_a_comparison_are_in_source_order_and_marked_if_they_are_pies()
    {
        var sweep = await LabelledSweepAsync();

        var examples = await api.WalkAsync($"/api/v1/comparisons/{await ComparisonAsync(sweep)}/examples?pageSize=3");

        Assert.Equal(Enumerable.Range(0, 8), examples.Select(example => (int)example["position"]!));
        Assert.Equal(
            [true, false, false, true, true, true, false, true], examples.Select(example => (bool)example["isPie"]!));
        // A PIE is the same in both tables. All runs predict the same for 1; at 2 a tie is decided for the prediction
        // of the dense runs.
        foreach (var pie in (await PiesAsync(sweep))["items"]!.AsArray())
        {
            var example = examples[(int)pie!["position"]!].DeepClone().AsObject();
            Assert.True(example.Remove("isPie"));
            Assert.Equal(pie.ToJsonString(), example.ToJsonString());
        }
        Assert.Equal(
            (1.0, null, false), ((double)examples[1]["margin"]!, examples[1]["direction"], (bool)examples[1]["tied"]!));
        Assert.Equal("text 1", (string?)examples[1]["text"]);
        Assert.Equal(
            (0.0, null, true), ((double)examples[2]["margin"]!, examples[2]["direction"], (bool)examples[2]["tied"]!));
        Assert.Equal(
            """{"predicted":["no"],"votes":{"no":1,"maybe":1,"yes":1}}""", examples[2]["pruned"]!.ToJsonString());
    }

    [Theory]
    [InlineData("?isPie=false", new[] { 1, 2, 6 })]
    [InlineData("?isPie=true", new[] { 0, 3, 4, 5, 7 })]
    [InlineData("?label=maybe", new[] { 1, 4, 7 })]
    [InlineData("?isPie=false&minMargin=0.9", new[] { 1, 6 })]
    [InlineData("?direction=denseRight", new[] { 0, 3, 7 })]
    [InlineData("?isPie=false&direction=denseRight", new int[0])]
    [InlineData("?split=train", new int[0])]
    public async Task Examples_of_a_comparison_can_be_filtered(string query, int[] positions)
    {
        var page = await api.GetAsync(
            $"/api/v1/comparisons/{await ComparisonAsync(await LabelledSweepAsync())}/examples{query}");

        Assert.Equal(positions, page["items"]!.AsArray().Select(example => (int)example!["position"]!));
        Assert.Equal(positions.Length, (int)page["totalItems"]!);
    }

    /// <summary>
    /// The dense runs predict 0 1 2 0 1 2 0 1; the pruned ones predict 2 instead of the first 0 and of the first 1.
    /// </summary>
    [Theory]
    [InlineData("no", new[] { 0 })]
    [InlineData("maybe", new[] { 1 })]
    [InlineData("yes", new[] { 0, 1 })]
    public async Task The_pies_of_a_class_are_those_for_which_one_of_the_cohorts_predicts_it(
        string label, int[] positions)
    {
        var sweep = await api.SubmitAsync(Situations.Request(await api.Situations.DatasetAsync(), 3, "MP-AI"));
        await api.Situations.TrainAsync(
            sweep, (run, position) => run.Method == Method.MpAi && position < 2 ? 2 : position % 3);
        await api.Situations.LabelAsync(sweep);
        var path = $"/api/v1/comparisons/{await ComparisonAsync(sweep)}";

        foreach (var list in new[] { $"{path}/pies?orderBy=position&class={label}", $"{path}/examples?class={label}" })
            Assert.Equal(positions, (await api.WalkAsync($"{list}&pageSize=1")).Select(row => (int)row["position"]!));
    }

    [Theory]
    [InlineData("pies", "label")]
    [InlineData("examples", "label")]
    [InlineData("pies", "class")]
    [InlineData("examples", "class")]
    public async Task An_unknown_label_is_refused_with_the_labels_of_the_dataset(string list, string field)
    {
        var comparison = await ComparisonAsync(await LabelledSweepAsync());

        var problem = await api.ProblemAsync(
            HttpStatusCode.BadRequest, HttpMethod.Get,
            $"/api/v1/comparisons/{comparison}/{list}?{field}=nope&minMargin=0.1");

        Assert.Contains("no, maybe, yes", problem["errors"]![field]![0]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_comparison_without_labels_reports_what_it_waits_for()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = (Guid)(await api.PostAsync("/api/v1/sweeps", Situations.Request(dataset, 3, "MP-AI")))["id"]!;

        var comparison = (await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!;

        Assert.Null(comparison["pies"]);
        Assert.False((bool)comparison["complete"]!);
        Assert.Equal(0, (int)(await PiesAsync(sweep))["totalItems"]!);
    }

    [Fact]
    public async Task A_comparison_has_Retry_After_while_its_labels_are_provisional()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = await api.SubmitAsync(Situations.Request(dataset, 3, "MP-AI"));
        var path = $"/api/v1/comparisons/{await ComparisonAsync(sweep)}";
        foreach (var run in (await api.Situations.RunsOfAsync(sweep)).Where(run => run.Seed < 2))
            await api.Situations.TrainAsync(run, Answers);
        await api.Situations.LabelAsync(sweep);

        using (var provisional = await api.Client.GetAsync(path))
        {
            Assert.NotNull(provisional.Headers.RetryAfter);
            Assert.Contains("\"pies\":", await provisional.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }
        await api.Situations.TrainAsync(sweep, Answers);
        await api.Situations.LabelAsync(sweep);
        using var complete = await api.Client.GetAsync(path);
        Assert.Null(complete.Headers.RetryAfter);
    }

    [Fact]
    public async Task If_a_seed_failed_the_labels_are_computed_from_the_seeds_that_both_cohorts_have()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = (Guid)(await api.PostAsync("/api/v1/sweeps", Situations.Request(dataset, 3, "MP-AI")))["id"]!;
        var failing = (await api.Situations.RunsOfAsync(sweep))
            .Single(run => run.Method == Method.MpAi && run.Seed == 2);
        await api.Situations.Leases.FailAttemptAsync(
            await api.Situations.ClaimAsync(failing.Id), "diverged", retry: false, CancellationToken.None);
        await api.Situations.TrainAsync(sweep, Answers);
        await api.Situations.LabelAsync(sweep);

        var comparison = (await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!;

        Assert.False((bool)comparison["complete"]!);
        Assert.Equal("""{"dense":2,"pruned":2,"expected":3}""", comparison["seeds"]!.ToJsonString());
        using var alone = await api.Client.GetAsync($"/api/v1/comparisons/{comparison["id"]}");
        Assert.Null(alone.Headers.RetryAfter);      // the labels are final
        Assert.Equal("failed", (string?)(await api.GetAsync($"/api/v1/sweeps/{sweep}"))["state"]);
    }

    [Fact]
    public async Task An_example_has_the_prediction_of_every_run_and_the_votes_of_every_comparison()
    {
        var sweep = await LabelledSweepAsync();
        var example = (string?)(await PiesAsync(sweep))["items"]![0]!["exampleId"];

        var answers = await api.GetAsync($"/api/v1/examples/{example}/predictions?sweepId={sweep}");
        var votes = await api.GetAsync($"/api/v1/sweeps/{sweep}/examples/{example}");

        Assert.Equal(6, (int)answers["totalItems"]!);
        Assert.Equal(3, answers["items"]!.AsArray().Count(answer => (bool)answer!["correct"]!));
        Assert.True((bool)votes["comparisons"]![0]!["isPie"]!);
    }

    [Fact]
    public async Task Votes_and_predictions_have_their_model_and_baseline()
    {
        var dataset = await api.Situations.DatasetAsync();
        var request = Situations.Request(dataset, 2, "MP-AI");
        request["computeMatchedDense"] = true;
        var models = request["models"]!.AsArray();
        (models[0]!["name"], models[0]!["hyperparameters"]!["batchSize"]) = ("small batches", 16);
        models.Add(new JsonObject
        {
            ["architecture"] = "BiLSTM",
            ["name"] = "large batches",
            ["hyperparameters"] = new JsonObject { ["epochs"] = 2, ["batchSize"] = 64 },
        });
        var sweep = (Guid)(await api.PostAsync("/api/v1/sweeps", request))["id"]!;
        // The pruned models of both seeds disagree; those with large batches disagree with both baselines.
        await api.Situations.TrainAsync(
            sweep,
            (run, _) => run.Method == Method.MpAi ? run.Recipe!.Hyperparameters.BatchSize == 64 ? 2 : run.Seed : 0);
        await api.Situations.LabelAsync(sweep);
        var example = Example.IdOf(dataset.Id, Split.Test, 0);

        var votes = (await api.GetAsync($"/api/v1/sweeps/{sweep}/examples/{example}"))["comparisons"]!.AsArray();
        var answers = (await api.GetAsync($"/api/v1/examples/{example}/predictions?sweepId={sweep}"))["items"]!
            .AsArray();

        Assert.Equal(
            [
                ("small batches", "dense", false, true), ("small batches", "dense4E", false, true),
                ("large batches", "dense", true, false), ("large batches", "dense4E", true, false),
            ],
            votes.Select(
                vote => (
                    (string)vote!["model"]!, (string)vote["baseline"]!, (bool)vote["isPie"]!, (bool)vote["tied"]!)));
        Assert.Equal(
            ["large batches", "large batches"],
            answers.Where(answer => (string?)answer!["predicted"]![0] == "yes")
                .Select(answer => (string?)answer!["model"]));
        Assert.Equal(6, answers.Count(answer => (string?)answer!["model"] == "small batches"));
        Assert.All(votes, vote => Assert.Equal(90, (double)vote!["achievedSparsity"]!));
        Assert.All(
            answers,
            answer =>
                Assert.Equal(
                    (90, "sound", "layerWise"),
                    ((double)answer!["achievedSparsity"]!, (string)answer["protocol"]!, (string)answer["scope"]!)));
    }

    [Fact]
    public async Task A_model_has_its_name_in_the_requested_sweep()
    {
        var dataset = await api.Situations.DatasetAsync();
        var request = Situations.Request(dataset, 1);
        request["models"]![0]!["name"] = "the first";
        var first = (Guid)(await api.PostAsync("/api/v1/sweeps", request))["id"]!;
        await api.Situations.TrainAsync(first, Answers);
        request["models"]![0]!["name"] = "the same again";
        var second = (Guid)(await api.PostAsync("/api/v1/sweeps", request))["id"]!;
        var path = $"/api/v1/examples/{Example.IdOf(dataset.Id, Split.Test, 0)}/predictions";

        Assert.Equal("the first", await ModelAsync(path));
        Assert.Equal("the first", await ModelAsync($"{path}?sweepId={first}"));
        Assert.Equal("the same again", await ModelAsync($"{path}?sweepId={second}"));

        (await api.Client.DeleteAsync($"/api/v1/sweeps/{first}")).EnsureSuccessStatusCode();
        Assert.Equal("the same again", await ModelAsync(path));

        async Task<string?> ModelAsync(string address)
        {
            var item = Assert.Single((await api.GetAsync(address))["items"]!.AsArray())!;
            var file = $"{address}{(address.Contains('?') ? '&' : '?')}format=ndjson";
            var line = Assert.Single((await api.Client.GetStringAsync(file)).Split('\n')[..^1]);
            Assert.Equal((string?)item["model"], (string?)JsonNode.Parse(line)!["model"]);
            return (string?)item["model"];
        }
    }

    private async Task<Guid> LabelledSweepAsync()
    {
        var dataset = await api.Situations.DatasetAsync();
        var sweep = (Guid)(await api.PostAsync("/api/v1/sweeps", Situations.Request(dataset, 3, "MP-AI")))["id"]!;
        await api.Situations.TrainAsync(sweep, Answers);
        await api.Situations.LabelAsync(sweep);
        return sweep;
    }

    /// <summary>Returns the prediction of a run for each position, by its seed.</summary>
    private static int Answers(Domain.Runs.Run run, int position) => (run.Method, position) switch
    {
        (Method.MpAi, 0) => 1, // dense 0 = gold
        (Method.MpAi, 3) => 1 + run.Seed % 2, // dense 0 = gold; 1 2 1 with three seeds, 1 2 with two
        (Method.MpAi, 2 or 7) => run.Seed, // 0 1 2: a tie, to class 0
        (Method.Dense, 2) => 0, // like the tie, so not a PIE; at 7 dense 1 = gold
        (Method.MpAi, 4) => 1, // gold
        (Method.Dense, 4) => 0,
        (Method.MpAi, 5) => 1,
        (Method.Dense, 5) => 0, // gold is 2
        _ => position % 3,
    };

    private async Task<Guid> ComparisonAsync(Guid sweep) =>
        (Guid)(await api.GetAsync($"/api/v1/sweeps/{sweep}/comparisons"))["items"]![0]!["id"]!;

    private async Task<JsonObject> PiesAsync(Guid sweep, string query = "") =>
        await api.GetAsync($"/api/v1/comparisons/{await ComparisonAsync(sweep)}/pies{query}");
}
