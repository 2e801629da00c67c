using System.Text.Json.Nodes;
using PieService.TestDatabases;

namespace PieService.Pipeline.Tests;

/// <summary>A worker finds which words of a dataset its word vectors have, before anything is trained.</summary>
public sealed class VectorCoverageTests(ServiceFixture service) : IClassFixture<ServiceFixture>
{
    [Fact]
    public async Task A_plan_has_the_coverage_of_its_vectors_and_a_run_has_the_same()
    {
        await WriteAsync("toy", "the 1 0", "film 0 1", "good 1 1", "bad 0 0");
        var dataset = await service.UploadAsync();
        var plan = await PlanAsync(dataset, "toy");
        var coverage = plan["vectorCoverage"]!.AsArray().Single()!;
        Assert.Equal(("bilstm", "toy"), ((string?)coverage["model"], (string?)coverage["vectors"]));
        // Each text has several filler words of 14, of which the file has two.
        Assert.InRange((double)coverage["tokens"]!, 0.05, 0.5);
        Assert.Contains(
            plan["warnings"]!.AsArray(), warning => (string?)warning!["code"] == "lowVectorCoverage");

        var sweep = await SubmitAsync(dataset, "toy");
        await service.UntilEndedAsync(sweep);

        var run = (await service.ListAsync($"/api/v1/sweeps/{sweep}/runs")).Single();
        Assert.Equal((double)coverage["types"]!, (double)run["vectorCoverage"]!["types"]!);
        Assert.Equal((double)coverage["tokens"]!, (double)run["vectorCoverage"]!["tokens"]!);
        Assert.Contains(
            (await service.GetAsync($"/api/v1/sweeps/{sweep}"))["warnings"]!.AsArray(),
            warning => (string?)warning!["code"] == "lowVectorCoverage");
    }

    [Fact]
    public async Task Vectors_of_another_language_cover_nothing()
    {
        await WriteAsync("foreign", "der 1 0", "und 0 1");

        var plan = await PlanAsync(await service.UploadAsync(), "foreign");

        Assert.Equal(0, (double)plan["vectorCoverage"]![0]!["tokens"]!);
        Assert.Contains(
            "have 0 % of the tokens",
            plan["warnings"]!.AsArray().Select(warning => (string)warning!["message"]!)
                .Single(message => message.Contains("'foreign'", StringComparison.Ordinal)),
            StringComparison.Ordinal);
    }

    private async Task WriteAsync(string name, params string[] lines)
    {
        var folder = Path.Combine(service.DataFolder, "vectors");
        Directory.CreateDirectory(folder);
        await File.WriteAllLinesAsync(Path.Combine(folder, $"{name}.txt"), lines);
    }

    /// <summary>The plan of a sweep, when the worker has found the coverage.</summary>
    private async Task<JsonNode> PlanAsync(Guid dataset, string vectors)
    {
        JsonNode plan = null!;
        await service.UntilAsync($"the coverage of {vectors} is known", async () =>
        {
            using var response = await service.Client.PostAsync("/api/v1/sweeps/plan", Request(dataset, vectors));
            plan = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
            return plan["vectorCoverage"]![0]!["tokens"] is not null;
        });
        return plan;
    }

    private async Task<Guid> SubmitAsync(Guid dataset, string vectors)
    {
        using var response = await service.Client.PostAsync("/api/v1/sweeps", Request(dataset, vectors));
        return (Guid)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["id"]!;
    }

    private static StringContent Request(Guid dataset, string vectors) => new($$"""
        { "name": "covered", "datasetId": "{{dataset}}", "methods": [], "seeds": { "first": 0, "count": 1 },
          "models": [ { "architecture": "BiLSTM", "vectors": "{{vectors}}",
            "hyperparameters": { "epochs": 1, "hiddenSize": 8 } } ] }
        """, null, "application/json");
}
