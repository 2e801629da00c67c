using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Storage;
using PieService.TestSupport;

namespace PieService.Api.Tests.Datasets;

/// <summary>Columns that a dataset keeps beside texts and labels, and their replacement by those of a file.</summary>
public sealed class AttributeTests(DatasetApi api) : IClassFixture<DatasetApi>
{
    private const string Definition = """
        { "name": "news", "task": "singleLabel", "format": "csv",
          "columns": { "text": "text", "label": "label", "id": "id", "attributes": ["topic", "year"] } }
        """;

    private const string Train = "id,text,label,topic,year\na,one,x,sports,2001\nb,two,y,,\n";
    private const string Test = "id,text,label,topic,year\nc,three,x,politics,\n";

    [Fact]
    public async Task Columns_are_kept_as_attributes_of_the_examples()
    {
        var dataset = await ImportAsync();

        Assert.Equal("""["topic","year"]""", dataset["attributes"]!.ToJsonString());
        Assert.Equal(
            """
            {"topic":"sports","year":"2001"} {"topic":null,"year":null} {"topic":"politics","year":null}
            """.Trim(), await AttributesAsync(dataset));
        var first = (await api.GetAsync($"/datasets/{dataset["id"]}/examples"))["items"]![0]!;
        Assert.Equal(
            first.ToJsonString(), (await api.GetAsync($"/examples/{first["id"]}")).ToJsonString());
    }

    [Fact]
    public async Task Attributes_are_columns_of_the_examples_in_CSV()
    {
        var dataset = await ImportAsync();

        var csv = await api.Client.GetStringAsync($"/api/v1/datasets/{dataset["id"]}/examples?format=csv&split=train");

        Assert.EndsWith(
            "label,attributes_topic,attributes_year\r\n",
            csv[..(csv.IndexOf('\n', StringComparison.Ordinal) + 1)], StringComparison.Ordinal);
        Assert.EndsWith(",one,,x,sports,2001", csv.Split("\r\n")[1], StringComparison.Ordinal);
        Assert.EndsWith(",two,,y,,", csv.Split("\r\n")[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Attributes_are_not_part_of_the_content_hash()
    {
        var without = await ImportAsync(Definition.Replace(
            """, "attributes": ["topic", "year"]""", "", StringComparison.Ordinal));

        Assert.Equal("[]", without["attributes"]!.ToJsonString());
        Assert.Equal("{} {} {}", await AttributesAsync(without));
        Assert.Equal((string?)without["contentHash"], (string?)(await ImportAsync())["contentHash"]);
    }

    [Theory]
    [InlineData("jsonl", """{"text":"one","label":"x","topic":"sports","year":2001}""")]
    [InlineData("jsonl", """{"text":"one","label":"x","topic":"sports","year":"2001"}""")]
    public async Task An_attribute_of_JSON_lines_is_a_text_or_a_number(string format, string line)
    {
        var definition = $$"""
            { "name": "news", "task": "singleLabel", "format": "{{format}}",
              "columns": { "text": "text", "label": "label", "attributes": ["topic", "year"] } }
            """;
        var test = """{"text":"two","label":"y","topic":null,"year":null}""";

        var dataset = await ImportAsync(definition, $"{line}\n{test}\n", test);

        Assert.StartsWith(
            """{"topic":"sports","year":"2001"} {"topic":null""", await AttributesAsync(dataset),
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""["missing"]""", 422, "missing")]
    [InlineData("""["topic", "topic"]""", 400, "columns.attributes[1]")]
    [InlineData("""["label"]""", 400, "columns.attributes[0]")]
    [InlineData("""[""]""", 400, "columns.attributes[0]")]
    [InlineData("""["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17","18","19","20","21"]""",
        400, "columns.attributes")]
    public async Task An_invalid_list_of_attributes_is_refused(string attributes, int status, string field)
    {
        using var answer = await api.ImportAsync(
            Definition.Replace("""["topic", "year"]""", attributes, StringComparison.Ordinal), ("train", Train),
            ("test", Test));
        var problem = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;

        Assert.Equal((HttpStatusCode)status, answer.StatusCode);
        Assert.Equal(field, (string?)problem["column"] ?? problem["errors"]!.AsObject().Single().Key);
    }

    [Fact]
    public async Task A_value_of_more_than_200_characters_is_refused_with_its_line_and_column()
    {
        using var answer = await api.ImportAsync(
            Definition, ("train", $"id,text,label,topic,year\na,one,x,{new string('s', 201)},\n"), ("test", Test));
        var problem = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;

        Assert.Equal(
            (422, 2, "topic"), ((int)answer.StatusCode, (int)problem["line"]!, (string?)problem["column"]));
    }

    [Theory]
    [InlineData("sourceId,genre\nc,film\na,book\n")]
    [InlineData("split,position,genre\ntest,0,film\ntrain,0,book\n")]
    [InlineData("split,position,attributes_genre\ntest,0,film\ntrain,0,book\n")]
    public async Task Attributes_are_replaced_by_those_of_a_file(string file)
    {
        var dataset = await ImportAsync();

        using var answer = await PutAsync(dataset, file);
        var replaced = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;

        Assert.Equal("""["genre"]""", replaced["attributes"]!.ToJsonString());
        Assert.Equal((string?)dataset["contentHash"], (string?)replaced["contentHash"]);
        Assert.Equal(
            """{"genre":"book"} {"genre":null} {"genre":"film"}""", await AttributesAsync(dataset));
        Assert.Equal(0, await api.AskAsync<long>("SELECT count(*) FROM pg_class WHERE relname = 'new_attributes'"));
    }

    /// <summary>The timeout in a connection string applies to requests; that of the service is 30 seconds.</summary>
    [Fact]
    public async Task A_file_waits_for_another_of_its_dataset_but_not_for_those_of_other_datasets()
    {
        var (waiting, other) = (await ImportAsync(), await ImportAsync());
        await using var holder = await api.Database.OpenConnectionAsync();
        await using var transaction = await holder.BeginTransactionAsync();
        await using (var hold = new NpgsqlCommand(
            $"SELECT FROM examples WHERE dataset_id = '{waiting["id"]}' AND split = 'test' FOR UPDATE", holder))
            await hold.ExecuteNonQueryAsync();
        await using var impatient = NpgsqlDataSource.Create(
            new NpgsqlConnectionStringBuilder(api.ConnectionString) { CommandTimeout = 1 }.ConnectionString);
        var options = new DbContextOptionsBuilder<PieDbContext>();
        PieDbContext.Configure(options, impatient);
        await using var db = new PieDbContext(options.Options);
        var path = Path.GetTempFileName();
        await File.WriteAllTextAsync(path, "sourceId,genre\nc,film\na,book\n");

        var replaced = DatasetAttributes.ReplaceAsync(
            db, (Guid)waiting["id"]!, AttributeFile.Open(new SourceFile("attributes", path), ReadLimits.Default),
            CancellationToken.None);
        await Until.HoldsAsync(async () => replaced.IsCompleted || await api.AskAsync<bool>("""
            SELECT EXISTS (
                SELECT FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'
                    AND now() - query_start > interval '1500 milliseconds')
            """));
        using var answer = await PutAsync(other, "sourceId,genre\nc,film\n");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.False(replaced.IsCompleted);
        await transaction.RollbackAsync();

        Assert.True(await replaced);
        File.Delete(path);
    }

    [Theory]
    [InlineData("genre\nfilm\n", 1, "the header must have the column sourceId")]
    [InlineData("sourceId\na\n", 1, "has 0 columns besides those that identify the example")]
    [InlineData("sourceId,genre,genre\na,film,film\n", 1, "more than one column 'genre'")]
    [InlineData("sourceId,genre,attributes_genre\na,film,film\n", 1, "is the attribute 'genre', as the column genre")]
    [InlineData("sourceId,attributes_\na,film\n", 1, "the name of an attribute")]
    [InlineData("sourceId,split,position,genre\na,train,0,film\n", 1, "identifies examples, as sourceId does")]
    [InlineData("sourceId,genre\na,film\nz,book\n", 3, "no example with the sourceId 'z'")]
    [InlineData("sourceId,genre\na,film\nb,book\na,book\n", 4, "is for the same example as line 2")]
    [InlineData("split,position,genre\ntest,1,film\n", 2, "the split test of the dataset has no example 1")]
    [InlineData("split,position,genre\ntest,first,film\n", 2, "a whole number from 0 on")]
    [InlineData("split,position,genre\nrest,0,film\n", 2, "is not a split")]
    public async Task An_invalid_file_is_refused_with_its_line_and_changes_nothing(
        string file, int line, string message)
    {
        var dataset = await ImportAsync();
        var before = await AttributesAsync(dataset);

        using var answer = await PutAsync(dataset, file);
        var problem = (await answer.Content.ReadFromJsonAsync<JsonObject>())!;

        Assert.Equal((422, line), ((int)answer.StatusCode, (int)problem["line"]!));
        Assert.Contains(message, (string)problem["detail"]!, StringComparison.Ordinal);
        Assert.Equal(before, await AttributesAsync(dataset));
    }

    [Fact]
    public async Task A_file_of_another_media_type_is_refused()
    {
        using var answer = await PutAsync(await ImportAsync(), "sourceId,genre\na,film\n", "application/json");

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    private async Task<JsonNode> ImportAsync(
        string definition = Definition, string train = Train, string test = Test)
    {
        using var answer = await api.ImportAsync(definition, ("train", train), ("test", test));
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private Task<HttpResponseMessage> PutAsync(JsonNode dataset, string file, string type = "text/csv") =>
        api.Client.PutAsync(
            $"/api/v1/datasets/{dataset["id"]}/attributes",
            new ByteArrayContent(Encoding.UTF8.GetBytes(file))
            {
                Headers = { ContentType = new MediaTypeHeaderValue(type) },
            });

    /// <summary>The attributes of each example, in the order of the examples.</summary>
    private async Task<string> AttributesAsync(JsonNode dataset) => string.Join(
        ' ', (await api.GetAsync($"/datasets/{dataset["id"]}/examples"))["items"]!.AsArray()
            .Select(item => item!["attributes"]!.ToJsonString()));
}
