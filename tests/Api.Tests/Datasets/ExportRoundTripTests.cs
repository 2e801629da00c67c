using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace PieService.Api.Tests.Datasets;

/// <summary>The files of the examples of a dataset, in every format, make the same dataset again.</summary>
public sealed class ExportRoundTripTests(DatasetApi api) : IClassFixture<DatasetApi>
{
    private const string SingleLabel = """
        {"t":"a fine film","l":"2","s":"train"}
        {"t":"a \"dull\", [long]\nfilm","l":"10","s":"train"}
        {"t":"lovely","l":"1","s":"dev"}
        {"t":"awful","l":"1","s":"train"}
        {"t":"=1+1","l":"10","s":"test"}
        """;

    private const string MultiLabel = """
        {"t":"one","l":["it's","a, b"],"s":"train"}
        {"t":"two","l":[],"s":"train"}
        {"t":"three","l":["[x]"],"s":"test"}
        {"t":"four","l":["say \"a\"","back\\slash"],"s":"train"}
        """;

    [Theory]
    [InlineData("csv", "singleLabel")]
    [InlineData("ndjson", "singleLabel")]
    [InlineData("parquet", "singleLabel")]
    [InlineData("csv", "multiLabel")]
    [InlineData("ndjson", "multiLabel")]
    [InlineData("parquet", "multiLabel")]
    public async Task An_exported_dataset_can_be_imported_with_the_same_content(string format, string task)
    {
        var isSingle = task == "singleLabel";
        var dataset = await ImportAsync(
            task, "jsonl", isSingle ? "label" : "labels", "l", "t", "s",
            System.Text.Encoding.UTF8.GetBytes(isSingle ? SingleLabel : MultiLabel));
        if (isSingle) Assert.Equal("""["1","2","10"]""", dataset["labels"]!.ToJsonString());

        var file = await api.Client.GetByteArrayAsync($"/api/v1/datasets/{dataset["id"]}/examples?format={format}");
        // NDJSON has the items of the JSON list, in which the labels are always a list.
        var column = isSingle && format != "ndjson" ? "label" : "labels";
        var again = await ImportAsync(
            task, format == "ndjson" ? "jsonl" : format, isSingle ? "label" : "labels", column, "text", "split", file);

        Assert.Equal((string?)dataset["contentHash"], (string?)again["contentHash"]);
    }

    private async Task<JsonNode> ImportAsync(
        string task, string format, string field, string labels, string text, string split, byte[] file)
    {
        var definition = new JsonObject
        {
            ["name"] = "exported",
            ["task"] = task,
            ["format"] = format,
            ["columns"] = new JsonObject { ["text"] = text, [field] = labels, ["split"] = split },
        };
        var answer = await api.ImportAsync(definition.ToJsonString(), ("file", file));
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }
}
