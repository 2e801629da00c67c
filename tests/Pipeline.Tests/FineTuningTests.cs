using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PieService.TestDatabases;
using PieService.TestSupport;
using PieService.Worker.Files;

namespace PieService.Pipeline.Tests;

/// <summary>
/// A BERT through HTTP: from the folder of a checkpoint to predictions, also with a killed trainer and with faults in
/// the folder.
/// </summary>
public sealed class FineTuningTests : IClassFixture<ServiceFixture>
{
    private readonly ServiceFixture service;

    public FineTuningTests(ServiceFixture service)
    {
        this.service = service;
        if (!Directory.Exists(Folder("tiny"))) TinyBert.Write(Folder("tiny"));
    }

    [Fact]
    public async Task Fine_tuning_continues_to_the_same_predictions_after_its_trainer_was_killed()
    {
        var undisturbed = await SubmitAsync("tiny", epochs: 60, methods: ["IMP-WR"]);
        await service.UntilEndedAsync(undisturbed);

        var sweep = await SubmitAsync("tiny", epochs: 60, methods: ["IMP-WR"]);
        foreach (var ordinal in new[] { 0, 1 })
        {
            await UntilItHasEpochsAsync(sweep, ordinal);
            Assert.NotEmpty(service.Worker.Children());
            foreach (var trainer in service.Worker.Children()) ServiceProcess.Send("KILL", trainer);
        }
        await service.UntilEndedAsync(sweep);

        var (expected, runs) = (await RunsAsync(undisturbed), await RunsAsync(sweep));
        Assert.Equal(
            expected.Select(run => (string?)run["predictionHash"]), runs.Select(run => (string?)run["predictionHash"]));
        Assert.Equal([2, 2], runs.Select(run => (int)run["attempts"]!));
        Assert.Single(expected.Concat(runs).Select(run => (string)run["environment"]!["checkpointSha256"]!).Distinct());
        Assert.All(
            runs,
            run => Assert.True(
                (double)run["test"]!["accuracy"]! > 0.6,
                $"accuracy is {run["test"]!["accuracy"]}; chance level is 0.5"));
    }

    [Fact]
    public async Task A_kept_BERT_has_the_tensor_names_of_Hugging_Face()
    {
        var sweep = await SubmitAsync("tiny", epochs: 2, methods: ["MP-AI"], keepModels: "last");
        await service.UntilEndedAsync(sweep);

        var pruned = (await RunsAsync(sweep))[1];
        var path = Path.Combine(service.DataFolder, "kept.safetensors");
        await File.WriteAllBytesAsync(
            path, await service.Client.GetByteArrayAsync($"/api/v1/runs/{pruned["id"]}/model"));
        var file = SafeTensors.Read(path);
        Assert.Equal([2, 16], file.Shape("classifier.weight"));
        var (weights, mask) =
            (file.Get<float>("bert.encoder.layer.1.output.dense.weight"),
                file.Get<byte>("mask.bert.encoder.layer.1.output.dense.weight"));
        Assert.Equal(
            (int)decimal.Round(0.2m * mask.Length, MidpointRounding.ToEven), mask.Count(kept => kept == 1), 1.0);
        Assert.All(weights.Zip(mask).Where(pair => pair.Second == 0), pair => Assert.Equal(0, pair.First));
        Assert.Equal(
            await File.ReadAllTextAsync(Path.Combine(Folder("tiny"), "config.json")), file.Metadata["config.json"]);
    }

    [Fact]
    public async Task A_run_that_exceeds_the_limits_of_its_checkpoint_fails_at_once_with_the_reason()
    {
        var sweep = await SubmitAsync("tiny", epochs: 1, methods: [], maxLength: TinyBert.Positions + 1);
        await service.UntilEndedAsync(sweep, "failed");

        var run = Assert.Single(await RunsAsync(sweep));
        Assert.Contains("maxLength is 25", (string)run["error"]!, StringComparison.Ordinal);
        Assert.Contains("'tiny'", (string)run["error"]!, StringComparison.Ordinal);
        Assert.Equal(1, (int)run["attempts"]!);
        // The reason is also what ./pie wait prints, and the sweep has warned of it.
        var waited = await Command.RunAsync(
            Path.Combine(ServiceProcess.RepositoryFolder, "pie"), ["wait", $"{sweep}", "--url", service.Address],
            new Dictionary<string, string>(), Path.GetTempPath());
        Assert.Equal((1, "failed\n"), (waited.Code, waited.Output));
        Assert.Contains("warning (maxLengthBeyondModel): Model 'bert'", waited.Error, StringComparison.Ordinal);
        Assert.Matches("^1 failed: .*maxLength is 25", waited.Error.Split('\n')[^2]);
    }

    [Theory]
    [InlineData("without-vocabulary", "without-vocabulary/vocab.txt")]
    [InlineData("cut-off", "cut-off/model.safetensors")]
    [InlineData("of-another-size", "of-another-size/model.safetensors does not fit config.json")]
    public async Task A_sweep_whose_checkpoint_is_unusable_waits_and_reports_what_is_wrong_with_it(
        string name, string why)
    {
        // The worker does not look at a folder whose name begins with a dot, so it never finds half of the files.
        var unfinished = Folder("." + name);
        TinyBert.Write(unfinished);
        switch (name)
        {
            case "without-vocabulary":
                File.Delete(Path.Combine(unfinished, "vocab.txt"));
                break;
            case "cut-off":
                using (var file = File.OpenWrite(Path.Combine(unfinished, "model.safetensors")))
                    file.SetLength(file.Length - 5);
                break;
            case "of-another-size":
                TinyBert.WriteConfig(unfinished, vocabularySize: 10_000_000, width: 1_000_000);
                break;
        }
        Directory.Move(unfinished, Folder(name));

        var sweep = await SubmitAsync(name, epochs: 1, methods: []);
        var reason = "";
        // Until the worker looks again, the reason is that no worker has the checkpoint.
        await service.UntilAsync("the sweep reports what it waits for", async () =>
            (reason = (string)(await service.GetAsync($"/api/v1/sweeps/{sweep}"))["waitingFor"]!.AsArray().Single()!)
                .Contains("can use the checkpoint", StringComparison.Ordinal));

        Assert.Contains(why, reason, StringComparison.Ordinal);
        Assert.DoesNotContain(service.DataFolder, reason, StringComparison.Ordinal);
        var run = Assert.Single(await RunsAsync(sweep));
        Assert.Equal(("queued", 0), ((string?)run["state"], (int)run["attempts"]!));
        using var cancelled = await service.Client.PostAsync($"/api/v1/sweeps/{sweep}/cancel", null);
        cancelled.EnsureSuccessStatusCode();
        await service.UntilEndedAsync(sweep, "cancelled");
    }

    private string Folder(string checkpoint) => Path.Combine(service.DataFolder, "models", checkpoint);

    /// <summary>One seed and a separate upload for each call: calls share the content of the dataset only.</summary>
    private async Task<Guid> SubmitAsync(
        string checkpoint, int epochs, string[] methods, int maxLength = TinyBert.Positions, string keepModels = "none")
    {
        using var response = await service.Client.PostAsJsonAsync("/api/v1/sweeps", new
        {
            name = "fine-tuning",
            datasetId = await service.UploadAsync(),
            models = new[] { new
            {
                architecture = "BERT",
                checkpoint,
                hyperparameters = new { epochs, batchSize = 32, learningRate = 0.002, maxLength },
            } },
            methods,
            sparsities = methods.Length == 0 ? Array.Empty<int>() : [80],
            seeds = new { first = 0, count = 1 },
            keepModels,
        });
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.Accepted, text);
        return (Guid)JsonNode.Parse(text)!["id"]!;
    }

    private Task<List<JsonNode>> RunsAsync(Guid sweep) => service.ListAsync($"/api/v1/sweeps/{sweep}/runs");

    private Task UntilItHasEpochsAsync(Guid sweep, int ordinal) =>
        service.UntilAsync("the run is in the middle of its epochs", async () =>
        {
            var now = (await RunsAsync(sweep))[ordinal];
            Assert.NotEqual("succeeded", (string?)now["state"]);
            // A branch begins with the epochs of its trunk.
            return (string?)now["state"] == "running" && (int)now["epochs"]!["done"]! >= (ordinal == 0 ? 2 : 65);
        });
}
