using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace PieService.Api.Tests.Datasets;

public sealed class WholeTextTests(DatasetApi api) : IClassFixture<DatasetApi>
{
    [Fact]
    public async Task Texts_of_any_length_and_script_are_returned_unchanged()
    {
        string[] texts =
        [
            new string('x', 1024 * 1024) + " end", "שלום \u202Eworld\u202C \u200F", "👩‍👩‍👧‍👦 🥧 \uFE0F",
            "a\tb\u0001\u007F\u0085", "é e\u0301 \uFEFF \uFFFF", "\U0010FFFF 漢字", "\\ \" ' <br /> ; -- DROP",
        ];
        var rows = string.Concat(
            texts.Select((text, i) => new JsonObject { ["t"] = text, ["l"] = $"{i % 2}" }.ToJsonString() + "\n"));

        using var answer = await api.ImportAsync(
            """{ "name": "texts", "task": "singleLabel", "format": "jsonl", "columns": { "text": "t", "label": "l" } }""", ("train", rows), ("test", rows));

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var dataset = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.Equal(
            texts,
            (await api.GetAsync($"/datasets/{dataset["id"]}/examples?split=train"))["items"]!.AsArray()
                .Select(example => example!["text"]!.ToString()));
        Assert.Equal(
            (0, texts.Length), ((int)dataset["quality"]!["duplicates"]!, (int)dataset["quality"]!["inTwoSplits"]!));
    }
}
