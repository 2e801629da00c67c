using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PieService.TestDatabases;
using PieService.TestSupport;
using PieService.Worker.Files;

namespace PieService.Pipeline.Tests;

/// <summary>Models that real trainings keep, downloaded over HTTP and read by the service's own reader.</summary>
public sealed class KeptModelTests(ServiceFixture service) : IClassFixture<ServiceFixture>, IDisposable
{
    // The relative tolerance is half of the last bit of a float16, in which scores are stored; the absolute one allows
    // for the float32 arithmetic of the trainer.
    private const double RelativeTolerance = 1.0 / 2048, AbsoluteTolerance = 1e-4;

    private readonly string folder = Directory.CreateTempSubdirectory("pie-kept-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task The_predictions_of_a_run_follow_from_the_file_of_its_model()
    {
        var dataset = await service.UploadAsync();
        var sweep = await SubmitAsync(dataset);
        await service.UntilEndedAsync(sweep);
        var texts = (await service.ListAsync($"/api/v1/datasets/{dataset}/examples?split=test"))
            .ToDictionary(example => (string)example["id"]!, example => (string)example["text"]!);

        var runs = await service.ListAsync($"/api/v1/sweeps/{sweep}/runs");
        Assert.Equal(
            ["IMP", "RP-AI", "dense"], runs.Select(run => (string)run["method"]!).Order(StringComparer.Ordinal));
        foreach (var run in runs)
        {
            var file = await FetchAsync(run);
            RequireMasks(run, file);
            await RequirePythonReadsItAsync(file);
            var model = new PlainBiLstm(file);
            var labels = JsonNode.Parse(file.Metadata["labels"])!.AsArray().Select(label => (string)label!).ToArray();
            var predictions = await service.ListAsync($"/api/v1/runs/{run["id"]}/predictions?split=test");
            Assert.Equal(80, predictions.Count);
            foreach (var prediction in predictions)
            {
                var logits = model.Logits(texts[(string)prediction["exampleId"]!].Split(' '));
                Assert.Equal((string?)prediction["predicted"]![0], labels[Array.IndexOf(logits, logits.Max())]);
                foreach (var (logit, score) in logits.Zip(
                    prediction["scores"]!.AsArray(), (logit, score) => (logit, (double)score!)))
                    Assert.InRange(
                        Math.Abs(logit - score), 0, AbsoluteTolerance + (RelativeTolerance * Math.Abs(score)));
            }
        }

        await RequireTheSameAgainAsync(sweep, runs);

        using var deleted = await service.Client.DeleteAsync($"/api/v1/sweeps/{sweep}");
        deleted.EnsureSuccessStatusCode();
        await service.UntilAsync("the files of the models are gone", () => Task.FromResult(ModelFiles().Length == 0));
    }

    /// <summary>
    /// Wrong predictions, as of a faulty worker, are replaced by those of the kept models without training.
    /// </summary>
    private async Task RequireTheSameAgainAsync(Guid sweep, IReadOnlyList<JsonNode> runs)
    {
        await service.ExecuteSqlAsync("UPDATE run_predictions SET classes = decode(repeat('0000', examples), 'hex')");
        await service.ExecuteSqlAsync("UPDATE runs SET prediction_hash = 'sha256:wrong'");
        using (var again = await service.Client.PostAsync($"/api/v1/sweeps/{sweep}/predict-again", null))
            again.EnsureSuccessStatusCode();
        await service.UntilEndedAsync(sweep);

        foreach (var (before, after) in runs.Zip(await service.ListAsync($"/api/v1/sweeps/{sweep}/runs")))
        {
            foreach (var same in new[] { "predictionHash", "test", "achievedSparsity", "prunings", "keptModel",
                    "trainingSeconds", "epochs", "repeatable" })
                Assert.True(
                    JsonNode.DeepEquals(before[same], after[same]), $"{same}: {before[same]} became {after[same]}");
        }
    }

    private static void RequireMasks(JsonNode run, SafeTensors file)
    {
        var (size, kept) = (0, 0);
        foreach (var tensor in run["tensors"]!.AsArray())
        {
            var name = (string)tensor!["name"]!;
            var (weights, mask) = (file.Get<float>(name), file.Get<byte>($"mask.{name}"));
            Assert.Equal(((int)tensor["size"]!, (int)tensor["kept"]!), (mask.Length, mask.Count(keeps => keeps == 1)));
            Assert.All(weights.Zip(mask), pair => Assert.True(pair.Second == 1 || pair.First == 0));
            (size, kept) = (size + mask.Length, kept + mask.Count(keeps => keeps == 1));
        }
        Assert.Equal((double)run["achievedSparsity"]!, 100.0 * (size - kept) / size);
        Assert.Equal((string?)run["method"], file.Metadata["method"]);
    }

    private async Task<SafeTensors> FetchAsync(JsonNode run)
    {
        var path = Path.Combine(folder, "model.safetensors");
        await File.WriteAllBytesAsync(path, await service.Client.GetByteArrayAsync($"/api/v1/runs/{run["id"]}/model"));
        Assert.Equal((long)run["keptModel"]!["bytes"]!, new FileInfo(path).Length);
        return SafeTensors.Read(path);
    }

    /// <summary>Runs the lines of Python that docs/formats.md gives for reading a model.</summary>
    private async Task RequirePythonReadsItAsync(SafeTensors file)
    {
        var docs = await File.ReadAllTextAsync(Path.Combine(ServiceProcess.RepositoryFolder, "docs/formats.md"));
        var lines = docs.Split("```python\n")
            .Single(block => block.StartsWith("import json, struct\n", StringComparison.Ordinal)).Split("```")[0];
        var bias =
            (await Command.RunAsync(
                "python3", ["-c", $"{lines}print(json.dumps(bias))"], new Dictionary<string, string>(), folder))
                .Succeeded();
        Assert.Equal(
            file.Get<float>("fc.bias"), JsonNode.Parse(bias)!.AsArray().Select(value => (float)(double)value!));
    }

    private string[] ModelFiles() =>
        Directory.GetFiles(Path.Combine(Path.GetDirectoryName(service.ArtifactFolder)!, "models"));

    private async Task<Guid> SubmitAsync(Guid dataset)
    {
        using var response = await service.Client.PostAsJsonAsync("/api/v1/sweeps", new
        {
            name = "kept",
            datasetId = dataset,
            models = new[] { new
            {
                architecture = "BiLSTM",
                hyperparameters = new
                {
                    epochs = 2,
                    batchSize = 32,
                    learningRate = 0.005,
                    hiddenSize = 8,
                    embeddingSize = 8,
                },
            } },
            methods = new[] { "IMP", "RP-AI" },
            sparsities = new[] { 80 },
            seeds = new { first = 0, count = 1 },
            keepModels = "last",
        });
        response.EnsureSuccessStatusCode();
        return (Guid)(await response.Content.ReadFromJsonAsync<JsonNode>())!["id"]!;
    }
}
