using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using PieService.Api.Uploads;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Storage;
using PieService.TestSupport;

namespace PieService.Api.Tests.Datasets;

public sealed class DatasetImportTests(DatasetApi api) : IClassFixture<DatasetApi>
{
    private const string Definition = """
        { "name": "pairs", "task": "singleLabel", "format": "csv", "columns": { "text": "a", "secondText": "b", "label": "label" },
          "labels": ["yes", "no"] }
        """;

    private const string Train = "label,a,b\nyes,One.,Two\nno,\"Three, four\",\n";
    private const string Test = "label,a,b\nno,Five,Six\n";

    [Fact]
    public async Task An_import_returns_the_dataset_and_its_location()
    {
        var answer = await api.ImportAsync(Definition, ("train", Train), ("test", Test));

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var dataset = await answer.Content.ReadFromJsonAsync<JsonNode>();
        Assert.Equal($"/api/v1/datasets/{dataset!["id"]}", answer.Headers.Location!.OriginalString);
        Assert.Equal(
            dataset.ToJsonString(),
            (await api.Client.GetFromJsonAsync<JsonNode>(answer.Headers.Location))!.ToJsonString());
        Assert.Equal(
            ["id", "name", "task", "labels", "contentHash", "createdAt", "splits", "dropped", "attributes", "quality",
                "warnings"],
            dataset.AsObject().Select(field => field.Key));
        Assert.Equal("""["yes","no"]""", dataset["labels"]!.ToJsonString());
        Assert.Equal(
            """{"train":{"examples":2,"perLabel":{"yes":1,"no":1},"tokens":{"mean":4,"p50":4,"p95":4,"max":4}},"test":{"examples":1,"perLabel":{"yes":0,"no":1},"tokens":{"mean":3,"p50":3,"p95":3,"max":3}}}""",
            dataset["splits"]!.ToJsonString());
        Assert.Empty(Directory.GetFileSystemEntries(api.Uploads));
    }

    [Fact]
    public async Task Examples_may_take_longer_to_write_than_the_timeout_of_other_commands()
    {
        var (id, file) = (Guid.CreateVersion7(), Path.GetTempFileName());
        await File.WriteAllTextAsync(file, "text,label\na,yes\nb,no\n");
        var source = SourceDataset.Read(
            Json.Read<DatasetDefinition>("""
                { "name": "slow", "task": "singleLabel", "format": "csv", "columns": { "text": "text", "label": "label" } }
                """),
            [new DatasetPart("train", file), new DatasetPart("test", file)], ReadLimits.Default,
            CancellationToken.None);
        var imported = await (await api.ImportAsync(Definition, ("train", Train), ("test", Test)))
            .Content.ReadFromJsonAsync<JsonNode>();
        await using var other = await api.Database.OpenConnectionAsync();
        await using var hold = await other.BeginTransactionAsync();
        await using (var insert = new NpgsqlCommand(
            $$"""
            INSERT INTO examples (dataset_id, split, position, id, source_id, text, labels)
            VALUES ('{{imported!["id"]}}', 'test', 9, '{{Example.IdOf(id, Split.Test, 0)}}', '', '', '{0}')
            """, other))
            await insert.ExecuteNonQueryAsync();
        await using var impatient = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(api.ConnectionString) { CommandTimeout = 1 }.ConnectionString);
        var options = new DbContextOptionsBuilder<PieDbContext>();
        PieDbContext.Configure(options, impatient);

        var storing = new DatasetImport(new PooledDbContextFactory<PieDbContext>(options.Options), TimeProvider.System)
            .StoreAsync(id, source, alongWith: null, CancellationToken.None);
        await Until.HoldsAsync(async () => storing.IsCompleted || await api.AskAsync<bool>("""
            SELECT EXISTS (
                SELECT FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE 'COPY examples%'
                    AND clock_timestamp() - query_start > interval '2 seconds')
            """));
        await hold.RollbackAsync();

        Assert.Equal(id, (await storing).Id);
        File.Delete(file);
    }

    [Fact]
    public async Task An_upload_is_stored_in_one_of_the_places_of_uploads_unless_it_is_imported_later()
    {
        var id = (await (await api.ImportAsync(Definition, ("train", Train), ("test", Test)))
            .Content.ReadFromJsonAsync<JsonNode>())!["id"];
        var places = api.Services.GetRequiredService<UploadPlaces>();
        var others = Enumerable.Range(0, places.Most).Select(i => $"other {i}").ToList();
        Assert.All(others, client => Assert.True(places.TryTake(client)));
        try
        {
            foreach (var send in (Func<Task<HttpResponseMessage>>[])[() => ImportAsync(), ReplaceAsync])
            {
                using var refused = await send();
                Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
                Assert.NotNull(refused.Headers.RetryAfter);
            }
            using var later = await ImportAsync("respond-async");
            Assert.Equal(HttpStatusCode.Accepted, later.StatusCode);
        }
        finally
        {
            others.ForEach(places.GiveBack);
        }
        using var imported = await ImportAsync();
        Assert.Equal(HttpStatusCode.Created, imported.StatusCode);
        using var replaced = await ReplaceAsync();
        Assert.Equal(HttpStatusCode.OK, replaced.StatusCode);

        async Task<HttpResponseMessage> ImportAsync(string prefer = "handling=strict")
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/datasets")
            {
                Content = DatasetApi.Form(
                    Definition, [("train", Encoding.UTF8.GetBytes(Train)), ("test", Encoding.UTF8.GetBytes(Test))]),
                Headers = { { "Idempotency-Key", $"a place {prefer}" }, { "Prefer", prefer } },
            };
            return await api.Client.SendAsync(request);
        }

        Task<HttpResponseMessage> ReplaceAsync() => api.Client.PutAsync(
            $"/api/v1/datasets/{id}/attributes",
            new StringContent("split,position,genre\ntest,0,film\n", Encoding.UTF8, "text/csv"));
    }

    [Fact]
    public async Task A_definition_may_begin_with_a_byte_order_mark()
    {
        using var answer = await api.ImportAsync("\uFEFF" + Definition, ("train", Train), ("test", Test));

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    [Fact]
    public async Task Parts_may_have_any_order_and_an_empty_file_field_is_ignored()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent(Test), "test" },
            { new ByteArrayContent([]), "validation" },
            { JsonContent.Create(JsonNode.Parse(Definition)), "definition", "blob" },
            { new StringContent(Train), "train", "train.csv" },
        };

        var answer = await api.Client.PostAsync("/api/v1/datasets", form);

        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    [Fact]
    public async Task Datasets_are_listed_newest_first_page_by_page()
    {
        var ids = new List<string>();
        for (var i = 0; i < 3; i++) ids.Add((await ImportedAsync())["id"]!.ToString());
        ids.Reverse();

        var first = await api.GetAsync("/datasets?pageSize=2");
        await ImportedAsync();
        var second = await api.GetAsync($"/datasets?pageSize=1000&pageToken={first["nextPageToken"]}");

        Assert.Equal(
            ids, first["items"]!.AsArray().Concat(second["items"]!.AsArray()).Select(item => item!["id"]!.ToString())
                .Take(3));
        Assert.Null(second["nextPageToken"]);
    }

    [Fact]
    public async Task A_deleted_dataset_is_gone_with_its_examples()
    {
        var dataset = await ImportedAsync();
        var path = $"/api/v1/datasets/{dataset["id"]}";

        Assert.Equal(HttpStatusCode.NoContent, (await api.Client.DeleteAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await api.Client.DeleteAsync(path)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await api.Client.GetAsync(path)).StatusCode);
        Assert.Equal(
            0L, await api.AskAsync<long>($"SELECT count(*) FROM examples WHERE dataset_id = '{dataset["id"]}'"));
    }

    [Fact]
    public async Task A_dataset_that_a_sweep_uses_cannot_be_deleted()
    {
        var dataset = await ImportedAsync();
        await using (var insert = api.Database.CreateCommand(
            $$"""INSERT INTO sweeps (id, name, dataset_id, request, created_at) VALUES (gen_random_uuid(), 's', '{{dataset["id"]}}', '{}', now())"""))
            await insert.ExecuteNonQueryAsync();

        using var response = await api.Client.DeleteAsync($"/api/v1/datasets/{dataset["id"]}");

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
        Assert.Contains("used by sweeps: 's' (", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_upload_is_documented_as_a_form()
    {
        var document = await api.Client.GetFromJsonAsync<JsonNode>("/swagger/v1/swagger.json");
        var form = document!["paths"]!["/api/v1/datasets"]!["post"]!["requestBody"]!["content"]![
            "multipart/form-data"]!;

        Assert.Equal(
            ["definition", "file", "train", "validation", "test", "trainLabels", "validationLabels", "testLabels",
                "labelIndex"], form["schema"]!["properties"]!.AsObject().Select(part => part.Key));
        Assert.Equal("application/json", form["encoding"]!["definition"]!["contentType"]!.ToString());
        Assert.Equal("reviews", form["example"]!["definition"]!["name"]!.ToString());
    }

    private async Task<JsonNode> ImportedAsync()
    {
        var answer = await api.ImportAsync(Definition, ("train", Train), ("test", Test));
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }
}
