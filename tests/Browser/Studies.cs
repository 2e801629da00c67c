using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PieService.TestDatabases;

namespace PieService.Browser;

/// <summary>Datasets and sweeps of a service that the tests look at.</summary>
internal sealed class Studies(ServiceFixture service)
{
    public static readonly string Reviews = "text,label\n" + string.Concat(
        Enumerable.Range(0, 60).Select(i => i % 2 == 0 ? $"a fine film {i % 7},good\n" : $"a dull film {i % 5},bad\n"))
        + "<script>alert('text')</script>,good\n";

    /// <summary>A sweep with labels; the same for each test.</summary>
    public async Task<string> SweepAsync()
    {
        var known = (await service.GetAsync("/api/v1/sweeps"))["items"]!.AsArray()
            .FirstOrDefault(sweep => (string?)sweep!["name"] == "studied");
        var sweep = (string?)known?["id"] ?? await SubmitAsync(await DatasetAsync(), "studied", seeds: 3);
        await service.UntilAsync(
            "the sweep has succeeded",
            async () => (string?)(await service.GetAsync($"/api/v1/sweeps/{sweep}"))["state"] == "succeeded");
        return sweep;
    }

    public Task<string> DatasetAsync() => DatasetAsync(Reviews);

    /// <param name="file">A file with the columns text and label.</param>
    public async Task<string> DatasetAsync(string file)
    {
        using var form = new MultipartFormDataContent
        {
            {
                new StringContent(
                    """
                    { "name": "reviews", "task": "singleLabel", "format": "csv",
                      "columns": { "text": "text", "label": "label" }, "split": { "test": 0.4, "seed": 42 } }
                    """),
                "definition"
            },
            { new StringContent(file), "file", "reviews.csv" },
        };
        using var response = await service.Client.PostAsync("/api/v1/datasets", form);
        return (string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["id"]!;
    }

    public async Task<string> SubmitAsync(
        string dataset, string name, int seeds, int firstSeed = 0, string? vectors = null)
    {
        var model = new JsonObject
        {
            ["architecture"] = "BiLSTM",
            ["hyperparameters"] = new JsonObject { ["epochs"] = 2, ["hiddenSize"] = 8 },
        };
        if (vectors is not null) model["vectors"] = vectors;
        using var submitted = await service.Client.PostAsJsonAsync("/api/v1/sweeps", new JsonObject
        {
            ["name"] = name,
            ["datasetId"] = dataset,
            ["models"] = new JsonArray(model),
            ["methods"] = new JsonArray("IMP"),
            ["sparsities"] = new JsonArray(50, 95),
            ["seeds"] = new JsonObject { ["first"] = firstSeed, ["count"] = seeds },
        });
        return (string)JsonNode.Parse(await submitted.Content.ReadAsStringAsync())!["id"]!;
    }
}
