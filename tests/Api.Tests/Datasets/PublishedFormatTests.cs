using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using PieService.Archives;

namespace PieService.Api.Tests.Datasets;

/// <summary>Published datasets in their original files. The content of each format is tested with its reader.</summary>
public sealed class PublishedFormatTests(DatasetApi api) : IClassFixture<DatasetApi>
{
    private const string Snli = """{ "name": "snli", "task": "singleLabel", "format": "snli" }""";

    [Fact]
    public async Task A_dataset_has_the_counts_of_dropped_examples_and_of_possible_faults()
    {
        var dataset = await ImportedAsync(Snli, ("file", ArchiveFiles.Zip(
            ("snli_1.0/snli_1.0_train.jsonl", Pair("neutral", "a", 1) + Pair("-", "b", 2) + Pair("entailment", "a", 3)
                + Pair("contradiction", "c", 4)),
            ("snli_1.0/snli_1.0_dev.jsonl", Pair("-", "d", 5) + Pair("neutral", "c", 6)),
            ("snli_1.0/snli_1.0_test.jsonl", Pair("neutral", "e", 7)))));

        Assert.Equal("""["entailment","neutral","contradiction"]""", dataset["labels"]!.ToJsonString());
        Assert.Equal("""{"noGoldLabel":2}""", dataset["dropped"]!.ToJsonString());
        Assert.Equal(
            """{"duplicates":1,"emptyTexts":0,"inTwoSplits":1,"conflictingLabels":2,"withoutLabel":0,"quoted":0}""",
            dataset["quality"]!.ToJsonString());
        Assert.Equal(dataset.ToJsonString(), (await api.GetAsync($"/datasets/{dataset["id"]}")).ToJsonString());
        var examples = await api.GetAsync($"/datasets/{dataset["id"]}/examples?split=train");
        Assert.Equal(
            ["pair1", "pair3", "pair4"],
            examples["items"]!.AsArray().Select(example => example!["sourceId"]!.ToString()));
    }

    [Fact]
    public async Task Labels_may_be_in_a_separate_part_and_their_order_in_another()
    {
        var dataset = await ImportedAsync(
            """{ "name": "aapd", "task": "multiLabel", "format": "aapd" }""",
            ("trainLabels", Utf8("cs.it math.it\nmath.it\n")), ("labelIndex", Utf8("""{"math.it": 0, "cs.it": 1}""")),
            ("testLabels", Utf8("cs.it")),
            ("train", Utf8("codes\nfields\n")), ("test", Utf8("waves")));

        Assert.Equal("""{"math.it":2,"cs.it":1}""", dataset["splits"]!["train"]!["perLabel"]!.ToJsonString());
    }

    [Fact]
    public async Task Fields_that_a_published_format_defines_are_refused_in_the_definition()
    {
        using var answer = await api.ImportAsync(
            """{ "name": "x", "task": "multiLabel", "format": "imdb", "columns": { "text": "t" }, "split": { "test": 0.1 }, "minimumDocuments": 2 }""", ("file", Utf8("")));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(
            ["columns", "minimumDocuments", "split.test", "split.validation", "task"],
            (await answer.Content.ReadFromJsonAsync<JsonNode>())!["errors"]!.AsObject().Select(error => error.Key)
                .Order(StringComparer.Ordinal));
    }

    private async Task<JsonNode> ImportedAsync(string definition, params IEnumerable<(string, byte[])> files)
    {
        using var answer = await api.ImportAsync(definition, files);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private static string Pair(string gold, string text, int id) =>
        $$"""{"gold_label":"{{gold}}","sentence1":"{{text}}","sentence2":"same","pairID":"pair{{id}}"}""" + "\n";
}
