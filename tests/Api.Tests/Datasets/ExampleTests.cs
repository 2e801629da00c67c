using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace PieService.Api.Tests.Datasets;

public sealed class ExampleTests(DatasetApi api) : IClassFixture<DatasetApi>, IAsyncLifetime
{
    private string dataset = "";

    public async ValueTask InitializeAsync()
    {
        var answer = await api.ImportAsync(
            """{ "name": "films", "task": "singleLabel", "format": "jsonl", "columns": { "text": "t", "label": "l" } }""",
            ("validation", """{"t":"100% fun","l":"pos"}"""),
            ("test", "{\"t\":\"Not a bad film\",\"l\":\"pos\"}\n{\"t\":\"Bad\",\"l\":\"neg\"}"),
            ("train", "{\"t\":\"A good film\",\"l\":\"pos\"}\n{\"t\":\"A bad film\",\"l\":\"neg\"}\n{\"t\":\"A 100_fun film\",\"l\":\"pos\"}"));
        dataset = (await answer.Content.ReadFromJsonAsync<JsonNode>())!["id"]!.ToString();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData("", "A good film|A bad film|A 100_fun film|100% fun|Not a bad film|Bad")]
    [InlineData("split=test", "Not a bad film|Bad")]
    [InlineData("label=neg", "A bad film|Bad")]
    [InlineData("label=neg&split=train", "A bad film")]
    [InlineData("contains=bad", "A bad film|Not a bad film")]
    [InlineData("contains=100%25", "100% fun")]
    [InlineData("contains=100_", "A 100_fun film")]
    [InlineData("contains=film&label=pos&split=test", "Not a bad film")]
    [InlineData("contains=nowhere", "")]
    public async Task Filters_choose_examples_and_pages_hold_each_once(string filter, string texts)
    {
        var expected = texts.Split('|', StringSplitOptions.RemoveEmptyEntries);
        foreach (var pageSize in new[] { 1, 2, 50 })
        {
            var (found, token) = (new List<string>(), (string?)null);
            do
            {
                var page = await api.GetAsync($"/datasets/{dataset}/examples?pageSize={pageSize}&{filter}{(token is null ? "" : $"&pageToken={token}")}".TrimEnd('&'));
                Assert.Equal(expected.Length, page["totalItems"]!.GetValue<int>());
                found.AddRange(page["items"]!.AsArray().Select(item => item!["text"]!.ToString()));
                token = page["nextPageToken"]?.ToString();
            }
            while (token is not null);
            Assert.Equal(expected, found);
        }
    }

    [Fact]
    public async Task An_example_is_found_by_its_id()
    {
        var listed = (await api.GetAsync($"/datasets/{dataset}/examples?split=test"))["items"]![1]!;

        Assert.Equal(
            $$"""{"id":"{{listed["id"]}}","datasetId":"{{dataset}}","split":"test","position":1,"sourceId":"test:2","text":"Bad","secondText":null,"labels":["neg"]}""",
            (await api.GetAsync($"/examples/{listed["id"]}")).ToJsonString());
    }

    [Theory]
    [InlineData("label=neutral", "label")]
    [InlineData("split=dev", "split")]
    [InlineData("pageSize=1001", "pageSize")]
    [InlineData("pageToken=xyz", "pageToken")]
    [InlineData("text=film", "text")]
    public async Task A_filter_that_cannot_be_is_refused(string filter, string field)
    {
        var answer = await api.Client.GetAsync($"/api/v1/datasets/{dataset}/examples?{filter}");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(field, (await answer.Content.ReadFromJsonAsync<JsonNode>())!["errors"]!.AsObject().Single().Key);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        Assert.Equal(HttpStatusCode.NotFound, (await api.Client.GetAsync($"/api/v1/datasets/{Guid.Empty}/examples")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await api.Client.GetAsync($"/api/v1/examples/{Guid.Empty}")).StatusCode);
    }
}
