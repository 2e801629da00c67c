using System.Text.Json.Nodes;
using PieService.TestDatabases;

namespace PieService.Pipeline.Tests;

/// <summary>The whole pipeline with real processes: dataset, sweep, training, predictions, PIEs.</summary>
public sealed class SweepToPiesTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task The_PIEs_of_a_comparison_follow_from_the_predictions_of_its_runs()
    {
        var sweep = await service.SubmitAsync(await service.UploadAsync(), epochs: 2, seeds: 3, "IMP", "RP-AI");
        await service.UntilEndedAsync(sweep);

        var runs = await service.ListAsync($"/api/v1/sweeps/{sweep}/runs");
        Assert.Equal(9, runs.Count);
        Assert.All(runs, run => Assert.Equal(1, (int)run["attempts"]!));
        foreach (var comparison in await service.ListAsync($"/api/v1/sweeps/{sweep}/comparisons"))
        {
            Assert.True((bool)comparison["complete"]!);
            var dense = await VotesAsync(runs.Where(run => (string?)run["method"] == "dense"));
            var pruned = await VotesAsync(runs.Where(run => (string?)run["method"] == (string?)comparison["method"]));
            var pies = await service.ListAsync($"/api/v1/comparisons/{comparison["id"]}/pies?orderBy=position");

            Assert.Equal(80, (int)comparison["examples"]!);
            Assert.Equal(
                dense.Keys.Where(id => Mode(dense[id]) != Mode(pruned[id])),
                pies.Select(pie => (string)pie["exampleId"]!));
            Assert.Equal((int)comparison["pies"]!, pies.Count);
            Assert.All(pies, pie =>
            {
                var id = (string)pie["exampleId"]!;
                Assert.Equal(
                    (Mode(dense[id]), Mode(pruned[id])),
                    ((string)pie["dense"]!["predicted"]![0]!, (string)pie["pruned"]!["predicted"]![0]!));
                Assert.Equal(dense[id], Votes(pie["dense"]!));
                Assert.Equal(pruned[id], Votes(pie["pruned"]!));
            });
        }
    }

    /// <summary>
    /// The first sweep keeps no predictions of early epochs, so its dense runs are trained again for the second one,
    /// and its other runs are not.
    /// </summary>
    [Fact]
    public async Task Influence_bins_follow_from_early_predictions_even_if_the_dense_runs_were_retrained()
    {
        var dataset = await service.UploadAsync();
        var first = await SubmitAsync(dataset, """ "observationEpochs": [] """);
        await service.UntilEndedAsync(first);
        var before = await service.ListAsync($"/api/v1/sweeps/{first}/runs");

        var second = await SubmitAsync(dataset, """ "computeMatchedDense": true """);
        await service.UntilEndedAsync(second);

        var runs = await service.ListAsync($"/api/v1/sweeps/{second}/runs");
        var dense = runs.Where(run => (string?)run["method"] == "dense").ToList();
        Assert.All(
            dense,
            run => Assert.Equal(("[0,1]", true), (run["observedEpochs"]!.ToJsonString(), (bool)run["repeatable"]!)));
        Assert.Equal(
            before.Select(run => (string?)run["predictionHash"]),
            runs.Where(run => (string?)run["method"] != "dense4E").Select(run => (string?)run["predictionHash"]));
        Assert.All(runs.Where(run => (string?)run["method"] == "MP-AI"), run => Assert.Equal(1, (int)run["attempts"]!));

        var el2n = await El2nAsync(dense, epoch: 0);
        foreach (var comparison in await service.ListAsync($"/api/v1/sweeps/{second}/comparisons"))
        {
            var bins = await service.ListAsync($"/api/v1/comparisons/{comparison["id"]}/influence?epoch=0");
            Assert.Equal((int)comparison["examples"]!, bins.Sum(bin => (int)bin["examples"]!));
            Assert.Equal((int)comparison["pies"]!, bins.Sum(bin => (int)bin["pies"]!));
            // Bins are in ascending order: the most influential example is in the last one.
            Assert.Equal(el2n.Values.Max(), (double)bins[^1]["el2n"]!["max"]!, 9);
            Assert.All(
                await service.ListAsync($"/api/v1/comparisons/{comparison["id"]}/pies"),
                pie => Assert.Equal(el2n[(string)pie["exampleId"]!], (double)pie["el2n"]!, 9));
        }
    }

    /// <summary>
    /// For two classes, the distance of softmax from the gold label is sqrt(2) times the other class's probability.
    /// </summary>
    private async Task<Dictionary<string, double>> El2nAsync(List<JsonNode> dense, int epoch)
    {
        var (sums, gold) = (new Dictionary<string, double>(), new Dictionary<string, string>());
        var own = await service.GetAsync($"/api/v1/sweeps/{dense[0]["sweepId"]}");
        foreach (var example in await service.ListAsync($"/api/v1/datasets/{own["datasetId"]}/examples?split=train"))
            gold[(string)example["id"]!] = (string)example["labels"]![0]!;
        foreach (var run in dense)
        {
            foreach (var answer in await service.ListAsync(
                $"/api/v1/runs/{run["id"]}/predictions?split=train&epoch={epoch}"))
            {
                var (id, scores) =
                    ((string)answer["exampleId"]!, answer["scores"]!.AsArray().Select(score => (double)(float)score!)
                        .ToArray());
                var (right, wrong) = gold[id] == "neg" ? (scores[0], scores[1]) : (scores[1], scores[0]);
                sums[id] = sums.GetValueOrDefault(id) + (Math.Sqrt(2) / (1 + Math.Exp(right - wrong)) / dense.Count);
            }
        }
        return sums;
    }

    private async Task<Guid> SubmitAsync(Guid dataset, string rest)
    {
        using var response = await service.Client.PostAsync("/api/v1/sweeps", new StringContent($$"""
            { "name": "influence", "datasetId": "{{dataset}}", "methods": ["MP-AI"], "sparsities": [80], "seeds": { "first": 0, "count": 2 }, "predictSplits": ["train"],
              "models": [ { "architecture": "BiLSTM", "hyperparameters": { "epochs": 2, "batchSize": 32, "learningRate": 0.005, "hiddenSize": 8, "embeddingSize": 8 } } ], {{rest}} }
            """, null, "application/json"));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return (Guid)JsonNode.Parse(text)!["id"]!;
    }

    [Fact]
    public async Task Models_reach_their_sparsity_exactly_and_a_branch_shares_its_trunk()
    {
        var sweep = await service.SubmitAsync(await service.UploadAsync(), epochs: 2, seeds: 1, "IMP", "MP-AI");
        await service.UntilEndedAsync(sweep);

        var runs = await service.ListAsync($"/api/v1/sweeps/{sweep}/runs");
        Assert.All(
            runs.Where(run => (string?)run["method"] != "dense"), run => Assert.All(run["tensors"]!.AsArray(), tensor =>
                Assert.Equal(
                    (int)Math.Round((int)tensor!["size"]! * 0.8m, MidpointRounding.ToEven),
                    (int)tensor["size"]! - (int)tensor["kept"]!)));
        // A branch has metrics of its own epochs only: those of its trunk belong to the dense run.
        var branch = runs.Single(run => (string?)run["method"] == "IMP");
        var measured = (await service.ListAsync($"/api/v1/runs/{branch["id"]}/metrics"))
            .Where(row => (string?)row["split"] == "train").ToList();
        Assert.Equal(Enumerable.Range(2, 6), measured.Select(row => (int)row["epoch"]!));

        // The effect of each pruning, the last one included.
        var prunings = branch["prunings"]!.AsArray();
        Assert.Equal([2, 4, 6], prunings.Select(pruning => (int)pruning!["afterEpochs"]!));
        Assert.All(prunings, pruning => Assert.NotNull(pruning!["stability"]));
        Assert.Equal(
            ((double)branch["achievedSparsity"]!, (double)branch["compression"]!),
            ((double)prunings[^1]!["achievedSparsity"]!, (double)prunings[^1]!["compression"]!));
        Assert.Equal(
            (double)measured[^1]["loss"]! - (double)branch["test"]!["loss"]!, (double)branch["generalisationGap"]!,
            1e-12);
        Assert.Empty(runs.Single(run => (string?)run["method"] == "dense")["prunings"]!.AsArray());
    }

    [Fact]
    public async Task A_finished_sweep_leaves_no_checkpoint_behind()
    {
        var sweep = await service.SubmitAsync(await service.UploadAsync(), epochs: 1, seeds: 1, "IMP");
        await service.UntilEndedAsync(sweep);

        await service.UntilAsync("the checkpoints are gone", () =>
            Task.FromResult(
                Directory.EnumerateFiles(service.ArtifactFolder, "*", SearchOption.AllDirectories)
                    .FirstOrDefault() is null));
    }

    [Fact]
    public async Task A_run_that_no_worker_can_train_waits_with_its_reason_while_the_others_of_its_sweep_continue()
    {
        var dataset = await service.UploadAsync();
        using var response = await service.Client.PostAsync("/api/v1/sweeps", new StringContent($$"""
            { "name": "no vectors", "datasetId": "{{dataset}}", "methods": [], "seeds": { "first": 0, "count": 1 },
              "models": [ { "name": "lost", "architecture": "BiLSTM", "vectors": "nowhere" },
                          { "name": "fine", "architecture": "BiLSTM", "hyperparameters": { "epochs": 1, "hiddenSize": 8 } } ] }
            """, null, "application/json"));
        var sweep = (Guid)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["id"]!;

        await service.UntilAsync("the other run has succeeded", async () =>
            (string?)(await service.ListAsync($"/api/v1/sweeps/{sweep}/runs"))
                .Single(run => (string?)run["model"] == "fine")["state"] == "succeeded");

        Assert.Contains(
            "PIE_VECTORS",
            (string?)(await service.GetAsync($"/api/v1/sweeps/{sweep}"))["waitingFor"]!.AsArray().Single(),
            StringComparison.Ordinal);
        using var cancelled = await service.Client.PostAsync($"/api/v1/sweeps/{sweep}/cancel", null);
        cancelled.EnsureSuccessStatusCode();
        await service.UntilEndedAsync(sweep, "cancelled");
    }

    private async Task<Dictionary<string, Dictionary<string, int>>> VotesAsync(IEnumerable<JsonNode> cohort)
    {
        var votes = new Dictionary<string, Dictionary<string, int>>();
        foreach (var run in cohort)
        {
            foreach (var prediction in await service.ListAsync($"/api/v1/runs/{run["id"]}/predictions?split=test"))
            {
                var (example, predicted) = ((string)prediction["exampleId"]!, (string)prediction["predicted"]![0]!);
                if (!votes.TryGetValue(example, out var counts))
                    votes[example] = counts = new() { ["neg"] = 0, ["pos"] = 0 };
                counts[predicted]++;
            }
        }
        return votes;
    }

    /// <summary>A tie is decided for the first label.</summary>
    private static string Mode(Dictionary<string, int> votes) => votes["neg"] >= votes["pos"] ? "neg" : "pos";

    private static Dictionary<string, int> Votes(JsonNode cohort) =>
        cohort["votes"]!.AsObject().ToDictionary(pair => pair.Key, pair => (int)pair.Value!);
}
