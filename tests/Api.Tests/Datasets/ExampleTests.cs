using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using PieService.Api.Lists;

namespace PieService.Api.Tests.Datasets;

public sealed class ExampleTests(DatasetApi api) : IClassFixture<DatasetApi>, IAsyncLifetime
{
    private string dataset = "";

    public async ValueTask InitializeAsync()
    {
        var answer = await api.ImportAsync(
            """{ "name": "films", "task": "singleLabel", "format": "jsonl", "columns": { "text": "t", "label": "l" } }""",
            ("validation", """{"t":"100% Été","l":"pos"}"""),
            ("test", "{\"t\":\"Not a bad film\",\"l\":\"pos\"}\n{\"t\":\"Bad\",\"l\":\"neg\"}"),
            ("train",
                "{\"t\":\"A good film\",\"l\":\"pos\"}\n{\"t\":\"A bad film\",\"l\":\"neg\"}\n{\"t\":\"A 100_fun "
                    + "film\",\"l\":\"pos\"}"));
        dataset = (await answer.Content.ReadFromJsonAsync<JsonNode>())!["id"]!.ToString();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("", "A good film|A bad film|A 100_fun film|100% Été|Not a bad film|Bad")]
    [InlineData("split=test", "Not a bad film|Bad")]
    [InlineData("label=neg", "A bad film|Bad")]
    [InlineData("label=neg&split=train", "A bad film")]
    [InlineData("contains=bad", "A bad film|Not a bad film|Bad")]
    [InlineData("contains=%C3%A9T%C3%A9", "100% Été")]
    [InlineData("contains=100%25", "100% Été")]
    [InlineData("contains=100_", "A 100_fun film")]
    [InlineData("contains=film&label=pos&split=test", "Not a bad film")]
    [InlineData("contains=nowhere", "")]
    public async Task Filters_select_examples_and_pages_have_each_one_once(string filter, string texts)
    {
        var expected = texts.Split('|', StringSplitOptions.RemoveEmptyEntries);
        foreach (var pageSize in new[] { 1, 2, 50 })
        {
            var (found, token) = (new List<string>(), (string?)null);
            do
            {
                var list = $"/datasets/{dataset}/examples?pageSize={pageSize}&{filter}".TrimEnd('&');
                var page = await api.GetAsync(token is null ? list : $"{list}&pageToken={token}");
                Assert.Equal(expected.Length, page["totalItems"]!.GetValue<int>());
                found.AddRange(page["items"]!.AsArray().Select(item => item!["text"]!.ToString()));
                token = page["nextPageToken"]?.ToString();
            }
            while (token is not null);
            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public async Task A_page_of_long_texts_has_fewer_items_and_a_token_for_the_next_page()
    {
        // Five of them are slightly larger than a page may be.
        var text = new string('x', AnswerLength.Most / 5);
        using var answer = await api.ImportAsync(
            """{ "name": "long", "task": "singleLabel", "format": "jsonl", "columns": { "text": "t", "label": "l" } }""",
            ("train",
                string.Concat(
                    Enumerable.Range(0, 8).Select(i => $$"""{"t":"{{i}}{{text}}","l":"{{i % 2}}"}""" + "\n"))),
            ("test", """{"t":"end","l":"0"}"""));
        var path = $"/datasets/{(await answer.Content.ReadFromJsonAsync<JsonNode>())!["id"]}/examples";

        var first = await api.GetAsync(path);
        var second = await api.GetAsync($"{path}?pageToken={first["nextPageToken"]}");

        Assert.InRange(first["items"]!.AsArray().Count, 1, 5);
        Assert.Equal(
            "01234567e",
            string.Concat(
                first["items"]!.AsArray().Concat(second["items"]!.AsArray())
                    .Select(item => item!["text"]!.ToString()[0])));
        Assert.Equal((9, null), ((int)first["totalItems"]!, second["nextPageToken"]));
    }

    [Fact]
    public async Task A_page_of_datasets_with_many_labels_has_fewer_items_too()
    {
        var train = string.Concat(
            Enumerable.Range(0, 10_000).Select(i => $$"""{"t":"a","l":"{{i}}{{new string('x', 190)}}"}""" + "\n"));
        for (var i = 0; i < 2; i++)
        {
            using var answer = await api.ImportAsync(
                """{ "name": "wide", "task": "singleLabel", "format": "jsonl", "columns": { "text": "t", "label": "l" } }""", ("train", train), ("test", train));
            Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        }

        var page = await api.GetAsync("/datasets?pageSize=2");

        Assert.Single(page["items"]!.AsArray());
        Assert.Equal(
            "wide",
            (string?)(await api.GetAsync($"/datasets?pageSize=2&pageToken={page["nextPageToken"]}"))["items"]![0]![
                "name"]);
    }

    [Fact]
    public async Task A_dataset_that_was_downloaded_as_Parquet_can_be_uploaded_again()
    {
        var file = await api.Client.GetByteArrayAsync(
            $"/api/v1/datasets/{dataset}/examples?format=parquet&split=train");
        using var answer = await api.ImportAsync(
            """{ "name": "again", "task": "singleLabel", "format": "parquet", "columns": { "text": "text", "label": "label", "id": "sourceId" } }""",
            ("train", file), ("test", file));

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var again = (await answer.Content.ReadFromJsonAsync<JsonNode>())!["id"];
        Assert.Equal(await TrainAsync(dataset), await TrainAsync($"{again}"));
    }

    private async Task<IEnumerable<string>> TrainAsync(string id) =>
        [.. (await api.GetAsync($"/datasets/{id}/examples?split=train"))["items"]!.AsArray()
            .Select(item => $"{item!["sourceId"]} {item["text"]} {item["labels"]}")];

    [Fact]
    public async Task An_example_is_found_by_its_id()
    {
        var listed = (await api.GetAsync($"/datasets/{dataset}/examples?split=test"))["items"]![1]!;

        Assert.Equal(
            $$$"""{"id":"{{{listed["id"]}}}","datasetId":"{{{dataset}}}","split":"test","position":1,"sourceId":"test:2","text":"Bad","secondText":null,"labels":["neg"],"attributes":{}}""",
            (await api.GetAsync($"/examples/{listed["id"]}")).ToJsonString());
    }

    [Theory]
    [InlineData("label=neutral", "label")]
    [InlineData("split=dev", "split")]
    [InlineData("pageSize=1001", "pageSize")]
    [InlineData("pageToken=xyz", "pageToken")]
    [InlineData("text=film", "text")]
    public async Task An_invalid_filter_is_refused(string filter, string field)
    {
        var answer = await api.Client.GetAsync($"/api/v1/datasets/{dataset}/examples?{filter}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(field, (await answer.Content.ReadFromJsonAsync<JsonNode>())!["errors"]!.AsObject().Single().Key);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        Assert.Equal(
            HttpStatusCode.NotFound, (await api.Client.GetAsync($"/api/v1/datasets/{Guid.Empty}/examples")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await api.Client.GetAsync($"/api/v1/examples/{Guid.Empty}")).StatusCode);
    }
}
