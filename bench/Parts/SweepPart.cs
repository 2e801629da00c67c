using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PieService.Bench.Reports;
using PieService.Domain;
using PieService.Domain.Recipes;
using PieService.TestDatabases;

namespace PieService.Bench.Parts;

/// <summary>
/// A whole sweep through a running service, from its request to its labels, beside the same sweep as the published code
/// computes it. Both have one processor for training, and both are measured after the texts were tokenised and a dense
/// run of another seed has ended. PostgreSQL's processor time is left out: its server may have other work.
/// </summary>
internal static class SweepPart
{
    private const int Rounds = 2;

    /// <param name="texts">The number of training texts; null for the usual one.</param>
    public static async Task<Measurement> OfBiLstmAsync(int? texts)
    {
        var folder = (await TestCluster.NewFoldersAsync()).Data;
        Directory.CreateDirectory(folder);
        var vectors = Path.Combine(folder, "bench.txt");
        StudyTexts.WriteVectors(vectors);
        return await OfAsync(SmallStudy.Of(Architecture.BiLstm, texts), vectors);
    }

    /// <param name="checkpoint">The folder of a pretrained BERT.</param>
    /// <param name="texts">The number of training texts; null for the usual one.</param>
    public static Task<Measurement> OfBertAsync(string checkpoint, int? texts) =>
        OfAsync(SmallStudy.Of(Architecture.Bert, texts), checkpoint);

    private static Task<Measurement> OfAsync(SmallStudy study, string source)
    {
        var model = Wire.Name(study.Architecture);
        return Alternately.MeasureAsync(
            $"a sweep of the {model} on {study.Train} texts, {study.Methods.Count} methods x "
            + $"{study.Sparsities.Count} sparsities x {study.Seeds} seeds, with all that the API and the worker do",
            "sweeps/h", 3600, Rounds, () => ThroughServiceAsync(study, source),
            "fixed padding, no sharing, the system's allocator, no database",
            () => Task.FromResult(Child.PublishedNumber("published", model, $"{study.Train}", source)));
    }

    /// <returns>
    /// The processor time of the API, the worker and its trainers, from the request to the labels. A dense run has
    /// tokenised the texts, tested the worker's arithmetic and compiled the methods before.
    /// </returns>
    private static async Task<double> ThroughServiceAsync(SmallStudy study, string source)
    {
        await using var service = await ServiceFixture.OpenAsync(
            ("PIE_SLOTS", "1"), ("PIE_MIN_FREE_DISK_MIB", "0"), ("PIE_MIN_FREE_MEMORY_MIB", "0"),
            ("PIE_CHECKPOINT_SECONDS", "10"));      // the product's default, which the fixture changes
        var folder = Path.Combine(service.DataFolder, study.Architecture == Architecture.Bert ? "models" : "vectors");
        Directory.CreateDirectory(folder);
        if (study.Architecture == Architecture.Bert)
            Directory.CreateSymbolicLink(Path.Combine(folder, "bench"), Path.GetFullPath(source));
        else File.Copy(source, Path.Combine(folder, Path.GetFileName(source)));
        // A worker that starts finds the new file at once.
        await service.Worker.DisposeAsync();
        service.StartWorker();
        var dataset = await UploadAsync(service, study);
        await SweepAsync(service, Request(study, dataset, [], [], study.WarmUpSeed, seeds: 1));
        var before = Seconds(service);
        await SweepAsync(service, Request(study, dataset, study.Methods, study.Sparsities, firstSeed: 0, study.Seeds));
        return Seconds(service) - before;
    }

    /// <summary>Requests a sweep and waits for its end.</summary>
    private static async Task SweepAsync(ServiceFixture service, object request)
    {
        using var response = await service.Client.PostAsJsonAsync("/api/v1/sweeps", request);
        response.EnsureSuccessStatusCode();
        await EndedAsync(service, (Guid)(await response.Content.ReadFromJsonAsync<JsonObject>())!["id"]!);
    }

    /// <summary>Asks once a second, as ./pie wait does: each request is processor time of the API.</summary>
    /// <exception cref="InvalidOperationException">The sweep did not succeed.</exception>
    private static async Task EndedAsync(ServiceFixture service, Guid sweep)
    {
        while (true)
        {
            var state = (string?)(await service.GetAsync($"/api/v1/sweeps/{sweep}"))["state"];
            if (state == "succeeded") return;
            if (state is "failed" or "cancelled")
                throw new InvalidOperationException($"The state of the sweep is {state}.");
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    }

    private static double Seconds(ServiceFixture service) =>
        ProcessorTime.OfTree(service.Api.Id, []) + ProcessorTime.OfTree(service.Worker.Id, service.Worker.Children());

    private static async Task<Guid> UploadAsync(ServiceFixture service, SmallStudy study)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(
                """
                {"name":"bench","task":"singleLabel","format":"csv","columns":{"text":"text","label":"label"}}
                """), "definition" },
            { new StringContent(StudyTexts.Csv("train", study.Train)), "train", "train.csv" },
            { new StringContent(StudyTexts.Csv("test", study.Test)), "test", "test.csv" },
        };
        using var response = await service.Client.PostAsync("/api/v1/datasets", form);
        response.EnsureSuccessStatusCode();
        return (Guid)(await response.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
    }

    private static object Request(
        SmallStudy study, Guid dataset, IReadOnlyList<Method> methods, IReadOnlyList<decimal> sparsities,
        int firstSeed, int seeds)
    {
        var (isBert, sizes) = (study.Architecture == Architecture.Bert, study.Hyperparameters);
        return new
        {
            name = "bench",
            datasetId = dataset,
            models = new[]
            {
                new
                {
                    architecture = Wire.Name(study.Architecture),
                    checkpoint = isBert ? "bench" : null,
                    vectors = isBert ? null : "bench",
                    hyperparameters = isBert
                        ? (object)new { sizes.Epochs, sizes.BatchSize, sizes.LearningRate, sizes.MaxLength }
                        : new { sizes.Epochs, sizes.BatchSize, sizes.LearningRate, sizes.MaxLength, sizes.HiddenSize },
                },
            },
            methods = methods.Select(Wire.Name),
            sparsities,
            seeds = new { first = firstSeed, count = seeds },
        };
    }
}
