using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using PieService.TestDatabases;

namespace PieService.Pipeline.Tests;

/// <summary>Multi-label data from the file to its PIEs, with real processes.</summary>
public sealed class MultiLabelTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    private static readonly string[] Labels = ["grain", "ship", "trade"];

    private static readonly string[] Filler = ["the", "said", "prices", "today", "in", "of", "rise", "fall"];

    [Theory]
    [InlineData("sound", "BiLSTM")]
    [InlineData("paper", "BiLSTM")]
    [InlineData("sound", "BERT")]
    [InlineData("paper", "BERT")]
    public async Task Label_sets_votes_and_PIEs_follow_from_the_scores_and_thresholds_of_the_runs(
        string protocol, string architecture)
    {
        var dataset = await UploadAsync(withValidation: protocol == "paper");
        var gold = (await service.ListAsync($"/api/v1/datasets/{dataset}/examples?split=test"))
            .ToDictionary(example => (string)example["id"]!, example => Names(example["labels"]!));
        var sweep = await SubmitAsync(dataset, protocol, architecture);
        await service.UntilEndedAsync(sweep);

        var runs = await service.ListAsync($"/api/v1/sweeps/{sweep}/runs");
        Assert.Equal(6, runs.Count);
        var sets = new Dictionary<string, Dictionary<string, string[]>>();
        foreach (var run in runs)
        {
            var (threshold, answers) =
                ((double)run["threshold"]!, await service.ListAsync($"/api/v1/runs/{run["id"]}/predictions"));
            Assert.Equal(threshold, Math.Round(100 * threshold) / 100, 12);
            // Sets are decided before scores are rounded to float16, so those at the very threshold are left out.
            foreach (var answer in answers)
                foreach (var (label, score) in Labels.Zip(
                    answer["scores"]!.AsArray(), (label, score) => (label, (double)(float)score!)))
                    if (Math.Abs((1 / (1 + Math.Exp(-score))) - threshold) > 1e-3)
                        Assert.Equal(
                            1 / (1 + Math.Exp(-score)) > threshold, Names(answer["predicted"]!).Contains(label));
            sets[(string)run["id"]!] = answers.ToDictionary(
                answer => (string)answer["exampleId"]!, answer => Names(answer["predicted"]!));
            var exact = sets[(string)run["id"]!]
                .Average(answer => answer.Value.SequenceEqual(gold[answer.Key]) ? 1.0 : 0.0);
            Assert.Equal(exact, (double)run["test"]!["accuracy"]!, 12);
            var last = (await service.ListAsync($"/api/v1/runs/{run["id"]}/metrics"))[^1];
            Assert.Equal(threshold, (double)last["threshold"]!);
        }

        var comparisons = await service.ListAsync($"/api/v1/sweeps/{sweep}/comparisons");
        await AssertInfluenceAsync(
            dataset, comparisons.Single(row => (string?)row["split"] == "train"),
            runs.Where(run => (string?)run["method"] == "dense").ToList());
        var comparison = comparisons.Single(row => (string?)row["split"] == "test");
        Assert.Equal("macroF1", (string?)comparison["score"]!["metric"]);
        var (dense, pruned) = (Majorities("dense"), Majorities("IMP"));
        var pies = await service.ListAsync($"/api/v1/comparisons/{comparison["id"]}/pies?orderBy=position");
        Assert.Equal(
            gold.Keys.Where(id => !dense[id].SequenceEqual(pruned[id])), pies.Select(pie => (string)pie["exampleId"]!));
        Assert.All(pies, pie =>
        {
            var id = (string)pie["exampleId"]!;
            Assert.Equal(dense[id], Names(pie["dense"]!["predicted"]!));
            Assert.Equal(pruned[id], Names(pie["pruned"]!["predicted"]!));
            Assert.Equal(
                Labels.Where(label => dense[id].Contains(label) != pruned[id].Contains(label)), Names(pie["classes"]!));
        });
        var classes = await service.ListAsync($"/api/v1/comparisons/{comparison["id"]}/classes");
        Assert.Equal(Labels, classes.Select(c => (string)c["label"]!));
        Assert.Equal(pies.Sum(pie => Names(pie["classes"]!).Length), classes.Sum(c => (int)c["differing"]!));

        Dictionary<string, string[]> Majorities(string method)
        {
            var cohort = runs.Where(run => (string?)run["method"] == method).Select(run => sets[(string)run["id"]!])
                .ToList();
            return gold.Keys.ToDictionary(
                id => id,
                id => Labels.Where(label => 2 * cohort.Count(answers => answers[id].Contains(label)) > cohort.Count)
                    .ToArray());
        }
    }

    /// <summary>EL2N is the distance of sigmoid from the gold labels, averaged over seeds.</summary>
    private async Task AssertInfluenceAsync(Guid dataset, JsonNode comparison, List<JsonNode> dense)
    {
        var gold = (await service.ListAsync($"/api/v1/datasets/{dataset}/examples?split=train"))
            .ToDictionary(example => (string)example["id"]!, example => Names(example["labels"]!));
        var el2n = gold.Keys.ToDictionary(id => id, _ => 0.0);
        foreach (var run in dense)
        {
            foreach (var answer in await service.ListAsync($"/api/v1/runs/{run["id"]}/predictions?split=train&epoch=0"))
            {
                var id = (string)answer["exampleId"]!;
                el2n[id] += Math.Sqrt(
                    Labels.Zip(
                        answer["scores"]!.AsArray(),
                        (label, score) =>
                            (1 / (1 + Math.Exp(-(double)(float)score!))) - (gold[id].Contains(label) ? 1 : 0))
                        .Sum(error => error * error)) / dense.Count;
            }
        }

        var bins = await service.ListAsync($"/api/v1/comparisons/{comparison["id"]}/influence?epoch=0");

        Assert.Equal(gold.Count, bins.Sum(bin => (int)bin["examples"]!));
        Assert.Equal((int)comparison["pies"]!, bins.Sum(bin => (int)bin["pies"]!));
        Assert.Equal(el2n.Values.Max(), (double)bins[^1]["el2n"]!["max"]!, 9);
        Assert.Equal(el2n.Values.Min(), (double)bins[0]["el2n"]!["min"]!, 9);
    }

    private static string[] Names(JsonNode list) => [.. list.AsArray().Select(name => (string)name!)];

    private async Task<Guid> SubmitAsync(Guid dataset, string protocol, string architecture)
    {
        var folder = Path.Combine(service.DataFolder, "models", "topics");
        if (!Directory.Exists(folder))
            TinyBert.Write(folder, [.. Filler, .. from label in Labels from number in "01" select $"{label}{number}"]);
        var (checkpoint, sizes) = architecture == "BERT"
            ? (", \"checkpoint\": \"topics\"", "") : ("", ", \"hiddenSize\": 8, \"embeddingSize\": 8");
        using var response = await service.Client.PostAsync("/api/v1/sweeps", new StringContent($$"""
            { "name": "topics", "datasetId": "{{dataset}}", "protocol": "{{protocol}}", "methods": ["IMP"], "sparsities": [90], "seeds": { "first": 0, "count": 3 }, "predictSplits": ["test", "train"],
              "models": [ { "architecture": "{{architecture}}"{{checkpoint}}, "hyperparameters": { "epochs": 2, "batchSize": 16, "learningRate": 0.01, "maxLength": 12{{sizes}} } } ] }
            """, null, "application/json"));
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, text);
        return (Guid)JsonNode.Parse(text)!["id"]!;
    }

    private async Task<Guid> UploadAsync(bool withValidation)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(
                """{"name":"topics","task":"multiLabel","format":"jsonl","columns":{"text":"text","labels":"topics"}}""", Encoding.UTF8, "application/json"), "definition" },
            { new StringContent(JsonLines(200, seed: 1)), "train", "train.jsonl" },
            { new StringContent(JsonLines(60, seed: 3)), "test", "test.jsonl" },
        };
        if (withValidation) form.Add(new StringContent(JsonLines(40, seed: 2)), "validation", "validation.jsonl");
        using var response = await service.Client.PostAsync("/api/v1/datasets", form);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Created, text);
        return (Guid)JsonNode.Parse(text)!["id"]!;
    }

    /// <summary>Each text has each topic independently of the others, with a word for each of its topics.</summary>
    private static string JsonLines(int count, int seed)
    {
        var random = new Random(seed);
        var lines = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            string[] topics = [.. Labels.Where(_ => random.Next(3) == 0)];
            string[] words = [.. topics.Select(topic => $"{topic}{random.Next(2)}"),
                .. Enumerable.Range(0, 4).Select(_ => Filler[random.Next(Filler.Length)])];
            random.Shuffle(words);
            lines.Append(new JsonObject
            {
                ["text"] = string.Join(' ', words),
                ["topics"] = new JsonArray([.. topics.Select(topic => (JsonNode)topic)]),
            }.ToJsonString()).Append('\n');
        }
        return lines.ToString();
    }
}
