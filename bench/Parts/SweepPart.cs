using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PieService.Bench.Reports;
using PieService.Domain;
using PieService.Domain.Recipes;
using PieService.TestDatabases;

namespace PieService.Bench.Parts;

/// <summary>
/// A whole sweep through a running service, from its request to its labels, beside the same sweep as the published code
/// computes it. Both have one processor for training.
/// </summary>
internal static class SweepPart
{
    private const int Rounds = 2;

    /// <param name="checkpoint">The folder of a pretrained BERT; null if there is none.</param>
    /// <param name="texts">The number of training texts of the BiLSTM.</param>
    public static async Task RunAsync(string? checkpoint, int texts, Action<Measurement> report)
    {
        var vectors = Path.Combine(Directory.CreateTempSubdirectory("pie-bench-").FullName, "bench.txt");
        StudyTexts.WriteVectors(vectors);
        report(await OfAsync(SmallStudy.Of(Architecture.BiLstm, texts), texts, vectors));
        if (checkpoint is not null)
            report(await OfAsync(SmallStudy.Of(Architecture.Bert, texts), texts, checkpoint));
        Directory.Delete(Path.GetDirectoryName(vectors)!, recursive: true);
    }

    private static Task<Measurement> OfAsync(SmallStudy study, int texts, string source)
    {
        var model = Wire.Name(study.Architecture);
        return Alternately.MeasureAsync(
            $"a sweep of the {model}, {study.Methods.Count} methods x {study.Sparsities.Count} sparsities x "
            + $"{study.Seeds} seeds, with all that the service does",
            "sweeps/h", 3600, Rounds, () => ThroughServiceAsync(study, source),
            "fixed padding, no sharing, the system's allocator, no database",
            () => Task.FromResult(Child.PublishedNumber("published", model, $"{texts}", source)));
    }

    /// <returns>The processor time of the API, the worker and its trainers, from the request to the labels.</returns>
    private static async Task<double> ThroughServiceAsync(SmallStudy study, string source)
    {
        await using var service = await ServiceFixture.OpenAsync(
            ("PIE_SLOTS", "1"), ("PIE_MIN_FREE_DISK_MIB", "0"), ("PIE_MIN_FREE_MEMORY_MIB", "0"));
        var folder = Path.Combine(service.DataFolder, study.Architecture == Architecture.Bert ? "models" : "vectors");
        Directory.CreateDirectory(folder);
        if (study.Architecture == Architecture.Bert)
            Directory.CreateSymbolicLink(Path.Combine(folder, "bench"), Path.GetFullPath(source));
        else File.Copy(source, Path.Combine(folder, Path.GetFileName(source)));
        // A worker that starts finds the new file at once.
        await service.Worker.DisposeAsync();
        service.StartWorker();
        var dataset = await UploadAsync(service, study);
        var before = Seconds(service);
        using var response = await service.Client.PostAsJsonAsync("/api/v1/sweeps", Request(study, dataset));
        response.EnsureSuccessStatusCode();
        var sweep = (Guid)(await response.Content.ReadFromJsonAsync<JsonObject>())!["id"]!;
        await service.UntilEndedAsync(sweep);
        return Seconds(service) - before;
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

    private static object Request(SmallStudy study, Guid dataset)
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
            methods = study.Methods.Select(Wire.Name),
            sparsities = study.Sparsities,
            seeds = new { first = 0, count = study.Seeds },
        };
    }
}
