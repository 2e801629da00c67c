using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using PieService.Api.Uploads;

namespace PieService.Api.Tests.Datasets;

/// <summary>An upload that is read and not stored.</summary>
public sealed class DatasetPlanTests(DatasetApi api) : IClassFixture<DatasetApi>
{
    private const string Definition = """
        { "name": "reviews", "task": "singleLabel", "format": "csv", "columns": { "text": "text", "label": "label" },
          "split": { "test": 0.25, "seed": 42 } }
        """;

    private const string Reviews =
        "text,label\na fine film,good\na dull film,bad\nlovely music,good\nawful plot,bad\ngreat fun,good\n"
        + "poor jokes,bad\nsuperb,good\na tired story,bad\n";

    [Theory]
    [InlineData("/api/v1/datasets/plan")]
    [InlineData("/api/v1/datasets?validateOnly=true")]
    public async Task A_plan_has_what_an_import_would_store_and_stores_nothing(string path)
    {
        var before = await api.TracesAsync();
        var plan = await PlanAsync(path, Definition, ("file", Reviews));

        Assert.Equal(before, await api.TracesAsync());
        Assert.Equal(0, await api.AskAsync<long>("SELECT count(*) FROM idempotent_requests"));
        Assert.Equal(
            $$"""[{"part":"file","bytes":{{Reviews.Length}},"format":"csv","encoding":"utf-8","compression":null,"""
            + "\"delimiter\":\",\",\"header\":true}]",
            plan["files"]!.ToJsonString());
        Assert.Equal("""["bad","good"]""", plan["labels"]!.ToJsonString());
        Assert.Equal((6, 2), ((int)plan["splits"]!["train"]!["examples"]!, (int)plan["splits"]!["test"]!["examples"]!));
        Assert.Equal("{}", plan["dropped"]!.ToJsonString());
        Assert.Equal(8, plan["firstExamples"]!.AsArray().Count);
        Assert.Equal(
            """{"split":"train","sourceId":"file:2","text":"a fine film","secondText":null,"labels":["good"],"attributes":{}}""",
            plan["firstExamples"]![0]!.ToJsonString());
    }

    [Fact]
    public async Task A_plan_names_the_datasets_with_the_same_content()
    {
        var definition = Definition.Replace("42", "43", StringComparison.Ordinal);
        var plan = await PlanAsync("/api/v1/datasets/plan", definition, ("file", Reviews));
        Assert.Empty(plan["sameContentAs"]!.AsArray());

        var imported = (await (await api.ImportAsync(definition, ("file", Reviews)))
            .Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal((string?)plan["contentHash"], (string?)imported["contentHash"]);
        Assert.Equal(plan["splits"]!.ToJsonString(), imported["splits"]!.ToJsonString());
        var again = await PlanAsync("/api/v1/datasets/plan", definition, ("file", Reviews));
        Assert.Equal([(string?)imported["id"]], again["sameContentAs"]!.AsArray().Select(id => (string?)id));
    }

    [Fact]
    public async Task A_plan_has_the_first_ten_examples_of_each_split_and_cuts_long_texts()
    {
        var rows = string.Concat(
            Enumerable.Range(0, 60).Select(i => $"{new string('x', 999)}\U0001F600 {i},{(i % 2 == 0 ? "a" : "b")}\n"));
        var plan = await PlanAsync("/api/v1/datasets/plan", Definition, ("file", "text,label\n" + rows));

        Assert.Equal(
            [("train", 10), ("test", 10)],
            plan["firstExamples"]!.AsArray().CountBy(example => (string)example!["split"]!)
                .Select(split => (split.Key, split.Value)));
        Assert.Equal(new string('x', 999) + "…", (string?)plan["firstExamples"]![0]!["text"]);
    }

    [Theory]
    [InlineData("""{ "name": "" }""", Reviews, 400)]
    [InlineData(Definition, "text,label\na,b\n\"", 422)]
    public async Task A_plan_is_refused_as_the_import_would_be(string definition, string file, int status)
    {
        foreach (var path in new[] { "/api/v1/datasets/plan", "/api/v1/datasets" })
        {
            var answer = await SendAsync(path, definition, ("file", file));

            Assert.Equal((HttpStatusCode)status, answer.StatusCode);
            Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
        }
        Assert.Equal(
            await ProblemAsync("/api/v1/datasets", definition, file),
            await ProblemAsync("/api/v1/datasets/plan", definition, file));
        Assert.Empty(Directory.GetFileSystemEntries(api.Uploads));
    }

    [Fact]
    public async Task A_plan_leaves_an_idempotency_key_free()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/datasets?validateOnly=true")
        {
            Content = DatasetApi.Form(Definition, [("file", Encoding.UTF8.GetBytes(Reviews))]),
            Headers = { { "Idempotency-Key", "planned" } },
        };
        Assert.Equal(HttpStatusCode.OK, (await api.Client.SendAsync(request)).StatusCode);

        Assert.Equal(0, await api.AskAsync<long>("SELECT count(*) FROM idempotent_requests"));
    }

    [Fact]
    public async Task A_plan_waits_for_a_slot_only_when_its_body_is_received()
    {
        var places = api.Services.GetRequiredService<UploadPlaces>();
        var others = Enumerable.Range(0, places.Most).Select(i => $"other {i}").ToList();
        Assert.All(others, client => Assert.True(places.TryTake(client)));
        try
        {
            var refused = await SendAsync("/api/v1/datasets/plan", Definition, ("file", Reviews));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter);
            Assert.Equal(
                HttpStatusCode.BadRequest,
                (await SendAsync("/api/v1/datasets/plan", """{ "name": "" }""", ("file", Reviews))).StatusCode);
            Assert.Empty(Directory.GetFileSystemEntries(api.Uploads));
        }
        finally
        {
            others.ForEach(places.GiveBack);
        }
        await PlanAsync("/api/v1/datasets/plan", Definition, ("file", Reviews));
    }

    private async Task<string> ProblemAsync(string path, string definition, string file)
    {
        var problem = await (await SendAsync(path, definition, ("file", file))).Content.ReadFromJsonAsync<JsonNode>();
        return $"{problem!["detail"]} {problem["errors"]?.ToJsonString()}";
    }

    private async Task<JsonNode> PlanAsync(
        string path, string definition, params IEnumerable<(string Part, string Content)> files)
    {
        var answer = await SendAsync(path, definition, files);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private Task<HttpResponseMessage> SendAsync(
        string path, string definition, params IEnumerable<(string Part, string Content)> files) =>
        api.Client.PostAsync(
            path, DatasetApi.Form(definition, files.Select(file => (file.Part, Encoding.UTF8.GetBytes(file.Content)))));
}
