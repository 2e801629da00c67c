using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using PieService.TestDatabases;
using PieService.TestSupport;

namespace PieService.Pipeline.Tests;

/// <summary>Trainings whose batches are too large for the memory of their trainer.</summary>
public sealed class MemoryTests
{
    /// <summary>
    /// Enough for a trainer and a part of the batch, and too little for the whole: 200 texts of 100 words.
    /// </summary>
    private const long DataLimit = 1_200_000_000;

    [Fact]
    public async Task A_run_is_tried_again_with_smaller_parts_of_its_batch_until_it_fits()
    {
        await using var service = await ServiceFixture.OpenAsync(("PIE_SLOTS", "1"));
        // Trainers inherit the limit of their worker; those that start from here on.
        (await Command.RunAsync(
            "prlimit", ["--pid", service.Worker.Id.ToString(CultureInfo.InvariantCulture), $"--data={DataLimit}"],
            new Dictionary<string, string>(), "/")).Succeeded();
        var dataset = await UploadAsync(service);

        var sweep = await SubmitAsync(service, dataset, seed: 0);
        await service.UntilEndedAsync(sweep);

        var run = await RunOfAsync(service, sweep);
        Assert.Equal(1, (int)run["attempts"]!);
        Assert.Null(run["error"]);
        var part = (int)run["environment"]!["microBatch"]!;
        Assert.InRange(part, 1, 100);
        var notes = run["notes"]!.AsArray().Select(note => (string)note!).ToList();
        Assert.StartsWith("Memory ran out with 200 examples at once on cpu, ", notes[0], StringComparison.Ordinal);
        Assert.Contains($"tried again with {part},", notes[^1], StringComparison.Ordinal);

        // What fitted is remembered: another seed begins with it.
        var second = await SubmitAsync(service, dataset, seed: 1);
        await service.UntilEndedAsync(second);
        var next = await RunOfAsync(service, second);
        Assert.Equal((part, 0), ((int)next["environment"]!["microBatch"]!, next["notes"]!.AsArray().Count));
    }

    /// <summary>The first trainer aborts in the middle of the run, as a library does that lacks memory.</summary>
    [Fact]
    public async Task A_run_whose_trainer_died_for_lack_of_memory_is_tried_again_with_half_of_its_batch()
    {
        var once = Path.GetTempFileName();
        await File.WriteAllTextAsync(once, "terminate called after throwing an instance of 'std::bad_alloc'");
        await using var service = await ServiceFixture.OpenAsync(
            ("PIE_SLOTS", "1"), ("DOTNET_STARTUP_HOOKS", typeof(MemoryTests).Assembly.Location),
            (StartupHook.File, once));
        var dataset = await UploadAsync(service);

        var sweep = await SubmitAsync(service, dataset, seed: 0);
        await service.UntilEndedAsync(sweep);

        Assert.False(File.Exists(once));
        var run = await RunOfAsync(service, sweep);
        Assert.Equal(("succeeded", 1, 100), ((string)run["state"]!, (int)run["attempts"]!,
            (int)run["environment"]!["microBatch"]!));
        var note = (string)Assert.Single(run["notes"]!.AsArray())!;
        Assert.Matches(
            "^Memory ran out with 200 examples at once on cpu, [0-9]+ MiB: The trainer process was ended by signal 6: "
                + ".* The run was tried again with 100, and adds their gradients up\\.$", note);

        // What fitted is remembered: another seed begins with it.
        var second = await SubmitAsync(service, dataset, seed: 1);
        await service.UntilEndedAsync(second);
        var next = await RunOfAsync(service, second);
        Assert.Equal((100, 0), ((int)next["environment"]!["microBatch"]!, next["notes"]!.AsArray().Count));
    }

    private static async Task<JsonObject> RunOfAsync(ServiceFixture service, Guid sweep)
    {
        var id = (string)(await service.ListAsync($"/api/v1/sweeps/{sweep}/runs")).Single()["id"]!;
        return await service.GetAsync($"/api/v1/runs/{id}");
    }

    private static async Task<Guid> SubmitAsync(ServiceFixture service, Guid dataset, int seed)
    {
        using var response = await service.Client.PostAsJsonAsync("/api/v1/sweeps", new
        {
            name = "large",
            datasetId = dataset,
            models = new[]
            {
                new
                {
                    architecture = "BiLSTM",
                    hyperparameters = new { epochs = 1, batchSize = 200, maxLength = 100, hiddenSize = 256 },
                },
            },
            methods = Array.Empty<string>(),
            seeds = new { first = seed, count = 1 },
            observationEpochs = Array.Empty<int>(),
        });
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return (Guid)JsonNode.Parse(text)!["id"]!;
    }

    private static async Task<Guid> UploadAsync(ServiceFixture service)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(
                """{"name":"long","task":"singleLabel","format":"csv","columns":{"text":"text","label":"label"}}""",
                Encoding.UTF8, "application/json"), "definition" },
            { new StringContent(LongTexts(200)), "train", "train.csv" },
            { new StringContent(LongTexts(10)), "test", "test.csv" },
        };
        using var response = await service.Client.PostAsync("/api/v1/datasets", form);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return (Guid)JsonNode.Parse(text)!["id"]!;
    }

    private static string LongTexts(int count) => "text,label\n" + string.Concat(Enumerable.Range(0, count).Select(i =>
        $"{string.Join(' ', Enumerable.Range(0, 100).Select(word => $"w{(i + (7 * word)) % 50}"))} t{i},{i % 2}\n"));
}
