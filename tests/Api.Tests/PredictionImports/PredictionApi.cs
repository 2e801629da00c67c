using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using PieService.Api.Tests.Datasets;
using PieService.TestSupport;

namespace PieService.Api.Tests.PredictionImports;

/// <summary>Uploads of predictions, and what becomes of them.</summary>
internal static class PredictionApi
{
    public const string Path = "/api/v1/prediction-imports";

    /// <summary>Four examples, three runs of bf16 and two of int4; the examples 0 and 3 are PIEs.</summary>
    public const string Answers = """
        id,gold,d0,d1,d2,p0,p1
        0,no,no,no,no,yes,yes
        1,no,no,no,yes,no,no
        2,yes,yes,yes,yes,yes,yes
        3,yes,no,yes,yes,no,yes

        """;

    /// <summary>The definition of <see cref="Answers"/>, with other members in the place of its own.</summary>
    public static JsonObject Definition(string members = "{}")
    {
        var definition = JsonNode.Parse("""
            { "name": "int4", "replication": "training",
              "dataset": { "fromFiles": true, "name": "questions", "task": "singleLabel" },
              "cohorts": [ { "name": "bf16", "model": "llama", "baseline": true },
                { "name": "int4", "model": "llama", "compression": "GPTQ", "bits": 4 } ],
              "files": [ { "part": "answers", "format": "csv", "columns": { "example": "id", "label": "gold", "runs": {
                "d0": { "cohort": "bf16", "seed": 0 }, "d1": { "cohort": "bf16", "seed": 1 },
                "d2": { "cohort": "bf16", "seed": 2 },
                "p0": { "cohort": "int4", "seed": 0 }, "p1": { "cohort": "int4", "seed": 1 } } } } ] }
            """)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(members)!.AsObject())
            if (value is null) definition.Remove(name);
            else definition[name] = value.DeepClone();
        return definition;
    }

    public static Task<HttpResponseMessage> SendAsync(
        this DatasetApi api, JsonNode definition, params IEnumerable<(string Part, string Content)> files) =>
        api.SendAsync(Path, definition, files.Select(file => (file.Part, Encoding.UTF8.GetBytes(file.Content))));

    public static Task<HttpResponseMessage> SendAsync(
        this DatasetApi api, string path, JsonNode definition,
        params IEnumerable<(string Part, byte[] Content)> files) =>
        api.Client.PostAsync(path, DatasetApi.Form(definition.ToJsonString(), files));

    /// <summary>The import after its end.</summary>
    public static async Task<JsonNode> EndedAsync(this DatasetApi api, HttpResponseMessage received)
    {
        var text = await received.Content.ReadAsStringAsync();
        Assert.True(received.StatusCode == HttpStatusCode.Accepted, text);
        var (import, id) = (JsonNode.Parse(text)!, (string)JsonNode.Parse(text)!["id"]!);
        await Until.HoldsAsync(
            async () => (import = await api.GetAsync($"/imports/{id}"))["finishedAt"] is not null);
        return import;
    }

    /// <summary>The id of the sweep that an upload without a fault became.</summary>
    public static async Task<Guid> ImportAsync(
        this DatasetApi api, JsonNode definition, params IEnumerable<(string Part, string Content)> files)
    {
        using var received = await api.SendAsync(definition, files);
        var import = await api.EndedAsync(received);
        Assert.True((string?)import["state"] == "succeeded", import.ToJsonString());
        return (Guid)import["sweepId"]!;
    }

    /// <summary>The comparisons of a sweep after they were labelled.</summary>
    public static async Task<JsonArray> LabelledAsync(this DatasetApi api, Guid sweep)
    {
        await new Situations(api.Services).LabelAsync(sweep);
        return (await api.GetAsync($"/sweeps/{sweep}/comparisons"))["items"]!.AsArray();
    }

    public static async Task<JsonNode> ProblemAsync(this HttpResponseMessage response, HttpStatusCode status)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == status, $"{response.StatusCode} {text}");
        return JsonNode.Parse(text)!;
    }

    public static IEnumerable<string> Fields(this JsonNode problem) =>
        problem["errors"]!.AsObject().Select(error => error.Key).Order(StringComparer.Ordinal);
}
