using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace PieService.Api.Tests.Tables;

public sealed partial class FormatTests(FilledTables tables) : IClassFixture<FilledTables>
{
    /// <summary>All operations that support CSV; those of the contract must be among them.</summary>
    private static readonly string[] Required =
        ["listExamples", "listRuns", "listRunMetrics", "listRunPredictions", "listSweepPredictions",
            "listExamplePredictions", "listComparisons", "listModelPairs", "listPies", "listComparisonExamples",
            "listInfluence", "listClasses", "listSweepAnalysis", "listSweepClasses", "listOverlaps",
            "listIntersections", "listSweepPies", "listFragileExamples"];

    [Fact]
    public async Task Every_table_is_served_in_every_format()
    {
        var offered = await TablesAsync();

        Assert.Subset(offered.Select(table => table.Id).ToHashSet(), Required.ToHashSet());
        Assert.All(offered, table => Assert.Equal(
            ["text/csv", "application/x-ndjson", "application/vnd.apache.parquet"],
            table.Ok["x-files"]!.AsObject().Select(file => file.Key).Take(3)));
    }

    [Fact]
    public async Task The_lines_of_NDJSON_are_the_items_of_the_JSON_list()
    {
        foreach (var (id, path, _) in await TablesAsync())
        {
            var lines = await TextAsync(path, "ndjson");

            Assert.EndsWith("\n", lines, StringComparison.Ordinal);
            var items = await tables.ItemsAsync(path);
            Assert.True(items.Count > 1, $"{id} has no rows to compare");
            Assert.Equal(
                items.Select(item => item.ToJsonString()),
                lines[..^1].Split('\n').Select(line => JsonNode.Parse(line)!.ToJsonString()));
        }
    }

    [Fact]
    public async Task CSV_has_the_same_rows_and_numbers_as_JSON()
    {
        foreach (var (id, path, _) in await TablesAsync())
        {
            var items = await tables.ItemsAsync(path);
            var csv = Rfc4180.Read(await TextAsync(path, "csv"));

            Assert.Equal(items.Count + 1, csv.Count);
            foreach (var (item, row) in items.Zip(csv.Skip(1)))
                AssertSame(id, item, csv[0]!, row, (value, cell) => Assert.Equal(Text(value), cell));
        }
    }

    [Fact]
    public async Task Parquet_has_the_same_rows_and_numbers_as_JSON()
    {
        foreach (var (id, path, _) in await TablesAsync())
        {
            var items = await tables.ItemsAsync(path);
            var parquet = ParquetContent.Read(await BytesAsync(path, "parquet"));

            Assert.Equal(items.Count, parquet.Rows.Count);
            foreach (var (item, row) in items.Zip(parquet.Rows))
                AssertSame(id, item, parquet.Columns!, row, AssertEqual);
        }
    }

    [Fact]
    public async Task CSV_and_Parquet_have_the_same_columns()
    {
        foreach (var (_, path, _) in await TablesAsync())
            Assert.Equal<IEnumerable<string?>>(
                Rfc4180.Read(await TextAsync(path, "csv"))[0],
                ParquetContent.Read(await BytesAsync(path, "parquet")).Columns);
    }

    [Fact]
    public async Task The_page_of_formats_has_the_columns_of_every_table()
    {
        var served = new List<(string, string)>();
        foreach (var (_, path, _) in await TablesAsync())
            served.Add((Route(path), string.Join(',', WithOneLabel(Rfc4180.Read(await TextAsync(path, "csv"))[0]))));

        Assert.Equal(
            served.Order(),
            DocumentedTable().Matches(await File.ReadAllTextAsync(Page()))
                .Select(row => (row.Groups["route"].Value, row.Groups["columns"].Value)).Order());

        static string Route(string path) =>
            string.Join('/', path.Split('/').Select((part, i) => i == 4 ? "{id}" : part).Skip(3).Prepend(""));

        static IEnumerable<string> WithOneLabel(IEnumerable<string?> columns) =>
            from column in columns
            where !FilledTables.Labels[1..].Any(label => column!.EndsWith($"_{label}", StringComparison.Ordinal))
            select column!.Replace($"_{FilledTables.Labels[0]}", "_<label>", StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_are_unchanged_in_CSV()
    {
        var csv = Rfc4180.Read(await TextAsync(tables.Concrete("/api/v1/datasets/{id}/examples"), "csv"));

        Assert.Equal(FilledTables.Texts, csv.Skip(1).Select(row => row[csv[0].IndexOf("text")]));
        Assert.Equal([null, "", "second"], csv.Skip(1).Take(3).Select(row => row[csv[0].IndexOf("secondText")]));
    }

    [Fact]
    public async Task A_table_without_rows_still_has_its_columns()
    {
        var path = tables.Concrete("/api/v1/datasets/{id}/examples?contains=nowhere");

        Assert.Equal("", await TextAsync(path, "ndjson"));
        Assert.Equal("id,datasetId,split,position,sourceId,text,secondText,label\r\n", await TextAsync(path, "csv"));
        var parquet = ParquetContent.Read(await BytesAsync(path, "parquet"));
        Assert.Equal((8, 0), (parquet.Columns.Count, parquet.Rows.Count));
    }

    [Theory]
    [InlineData("datasets", "/api/v1/datasets/{id}/examples?label=%3Dmaybe.%C3%A9%2F%C3%BC", 3)]
    [InlineData("runs", "/api/v1/sweeps/{id}/runs?method=IMP&seed=1&model=other", 1)]
    [InlineData("models", "/api/v1/sweeps/{id}/models?method=IMP", 1)]
    [InlineData("comparisons", "/api/v1/comparisons/{id}/pies?minMargin=1", 0)]
    public async Task Filters_apply_to_files(string _, string path, int rows) =>
        Assert.Equal(rows, Rfc4180.Read(await TextAsync(tables.Concrete(path), "csv")).Count - 1);

    [Fact]
    public async Task OrderBy_applies_to_files()
    {
        var path = tables.Concrete("/api/v1/comparisons/{id}/pies");

        var byPosition = ParquetContent.Read(await BytesAsync(path + "?orderBy=position", "parquet"));
        var byMargin = ParquetContent.Read(await BytesAsync(path + "?orderBy=margin", "parquet"));

        Assert.Equal(byPosition.Rows.Count, byMargin.Rows.Count);
        Assert.Equal(Column(byPosition, "position").Order(), Column(byPosition, "position"));
        Assert.Equal(Column(byMargin, "margin").OrderDescending(), Column(byMargin, "margin"));

        static IEnumerable<IComparable> Column(ParquetContent content, string name) =>
            Enumerable.Range(0, content.Rows.Count).Select(row => (IComparable)content[row, name]!);
    }

    [Fact]
    public async Task The_CSV_examples_in_the_OpenAPI_document_have_the_same_content_as_the_JSON_examples()
    {
        foreach (var (id, _, ok) in await TablesAsync())
        {
            var csv = Rfc4180.Read((string)ok["x-files"]!["text/csv"]!["example"]!);
            var items = ok["content"]!["application/json"]!["example"]!["items"]!.AsArray();

            Assert.Equal(items.Count + 1, csv.Count);
            foreach (var (item, row) in items.Zip(csv.Skip(1)))
                AssertSame(
                    id, item!, csv[0]!, row, (value, cell) => Assert.Equal(Text(value), cell),
                    ["negative", "positive"]);
        }
    }

    /// <summary>Checks that the row has every value of the item under its name, and no other value.</summary>
    private static void AssertSame<T>(
        string id, JsonNode item, IReadOnlyList<string?> columns, IReadOnlyList<T> row, Action<JsonNode, T> assertEqual,
        string[]? labels = null)
    {
        var left = columns.Index().ToDictionary(column => column.Item!, column => row[column.Index]);
        foreach (var (column, value) in FlatItem.Of(item, labels ?? FilledTables.Labels))
        {
            if (value is null)
            {
                // For an object that is null, the columns of its fields are null.
                Assert.True(
                    left.Remove(column, out var empty)
                        ? empty is null : columns.Any(name => name!.StartsWith(column + "_", StringComparison.Ordinal)),
                    $"{id}: {column}");
                continue;
            }
            Assert.True(left.Remove(column, out var cell), $"{id} has no column {column}");
            assertEqual(value, cell!);
        }
        Assert.All(left, cell => Assert.True(cell.Value is null, $"{id} has {cell.Key} beyond the JSON item"));
    }

    private static string Text(JsonNode value) =>
        value.GetValueKind() == JsonValueKind.String && Time(value) is { } time
            ? time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)
            : value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();

    private static void AssertEqual(JsonNode value, object? stored)
    {
        object? expected = stored switch
        {
            int => value.GetValue<int>(),
            float => value.GetValue<float>(),
            double => value.GetValue<double>(),
            bool => value.GetValue<bool>(),
            DateTime => Time(value)?.UtcDateTime,
            _ => value.GetValue<string>(),
        };
        Assert.Equal(expected, stored);
    }

    private static DateTimeOffset? Time(JsonNode value) =>
        value.GetValue<string>() is { } text && text.EndsWith("+00:00", StringComparison.Ordinal)
            ? DateTimeOffset.Parse(text, CultureInfo.InvariantCulture) : null;

    private async Task<string> TextAsync(string path, string format) =>
        Encoding.UTF8.GetString(await BytesAsync(path, format));

    private Task<byte[]> BytesAsync(string path, string format) =>
        tables.Api.Client
            .GetByteArrayAsync($"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}format={format}");

    /// <summary>
    /// Every table, with its path for the filled tables and the response that the document has for it.
    /// </summary>
    private async Task<List<(string Id, string Path, JsonNode Ok)>> TablesAsync() =>
    [
        .. from path in (await tables.Api.GetAsync("/swagger/v1/swagger.json"))["paths"]!.AsObject()
           let operation = path.Value!["get"]
           let ok = operation?["responses"]!["200"]
           where ok?["x-files"]?["text/csv"] is not null
           select ((string)operation["operationId"]!, tables.Concrete(path.Key), ok),
    ];

    private static string Page([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(here, "../../../../docs/formats.md"));

    [GeneratedRegex(@"^\| `(?<route>/\S+)` \| `(?<columns>\S+)` \|$", RegexOptions.Multiline)]
    private static partial Regex DocumentedTable();
}
