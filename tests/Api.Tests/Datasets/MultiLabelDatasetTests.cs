using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace PieService.Api.Tests.Datasets;

public sealed class MultiLabelDatasetTests(DatasetApi api) : IClassFixture<DatasetApi>, IAsyncLifetime
{
    private JsonNode dataset = null!;

    public async ValueTask InitializeAsync()
    {
        var answer = await api.ImportAsync(
            """{ "name": "topics", "task": "multiLabel", "format": "jsonl", "columns": { "text": "t", "labels": "l" } }""",
            ("train",
                "{\"t\":\"one\",\"l\":[\"wheat\",\"grain\"]}\n{\"t\":\"two\",\"l\":[]}\n{\"t\":\"three\","
                    + "\"l\":[\"grain\"]}"),
            ("test", """{"t":"four","l":["trade","grain"]}"""));
        dataset = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public void An_example_counts_for_each_of_its_labels()
    {
        Assert.Equal("multiLabel", (string?)dataset["task"]);
        Assert.Equal("""["grain","trade","wheat"]""", dataset["labels"]!.ToJsonString());
        Assert.Equal("""{"grain":2,"trade":0,"wheat":1}""", dataset["splits"]!["train"]!["perLabel"]!.ToJsonString());
        Assert.Equal(3, (int)dataset["splits"]!["train"]!["examples"]!);
    }

    [Theory]
    [InlineData("", "one: grain, wheat|two: |three: grain|four: grain, trade")]
    [InlineData("?label=grain", "one: grain, wheat|three: grain|four: grain, trade")]
    [InlineData("?label=wheat", "one: grain, wheat")]
    [InlineData("?label=trade&split=train", "")]
    public async Task Examples_are_found_by_each_of_their_labels(string filter, string expected)
    {
        var page = await api.GetAsync($"/datasets/{dataset["id"]}/examples{filter}");

        var found = page["items"]!.AsArray()
            .Select(item => $"{item!["text"]}: {string.Join(", ", item["labels"]!.AsArray())}").ToList();
        Assert.Equal(expected, string.Join('|', found));
        Assert.Equal(found.Count, (int)page["totalItems"]!);
    }

    [Fact]
    public async Task A_dataset_that_was_downloaded_as_a_table_can_be_uploaded_again()
    {
        var hash = (string?)dataset["contentHash"];
        foreach (var format in new[] { "csv", "parquet", "ndjson" })
        {
            var parts = new List<(string, byte[])>();
            foreach (var split in new[] { "train", "test" })
                parts.Add(
                    (split, await api.Client.GetByteArrayAsync(
                        $"/api/v1/datasets/{dataset["id"]}/examples?format={format}&split={split}")));
            var answer = await api.ImportAsync(
                $$"""{ "name": "again", "task": "multiLabel", "format": "{{(format == "ndjson" ? "jsonl" : format)}}", "columns": { "text": "text", "labels": "labels", "id": "sourceId" } }""",
                parts);

            Assert.Equal(hash, (string?)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["contentHash"]);
        }
    }

    [Fact]
    public async Task A_sweep_over_it_is_planned()
    {
        var answer = await api.Client.PostAsJsonAsync("/api/v1/sweeps?validateOnly=true", new JsonObject
        {
            ["name"] = "a sweep",
            ["datasetId"] = (string?)dataset["id"],
            ["models"] = new JsonArray(new JsonObject { ["architecture"] = "BiLSTM" }),
            ["methods"] = new JsonArray(),
            ["seeds"] = new JsonObject { ["first"] = 0, ["count"] = 1 },
        });

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(1, (int)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["plan"]!["runs"]!);
    }
}
