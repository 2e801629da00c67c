using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace PieService.Api.Tests.Datasets;

/// <summary>
/// Published data is imported and returned unchanged. The expected content is read here line by line, without the
/// readers of the service.
/// </summary>
public sealed class RealDatasetTests(DatasetApi api) : IClassFixture<DatasetApi>
{
    private const string Setting = "PIE_DATA_SETS";

    [Fact]
    public async Task Snli_with_a_file_for_each_split()
    {
        var files = Files("snli", "*.tsv").ToDictionary(path => path, path => File.ReadAllBytes(path));
        var parts = new[] { ("train", "train18k"), ("validation", "dev"), ("test", "test") }
            .Select(part =>
                (Part: part.Item1, Content: files.Single(
                    file => Path.GetFileName(file.Key).Contains(part.Item2, StringComparison.Ordinal)).Value)).ToList();

        var dataset = await ImportAsync(
            """{ "name": "snli", "task": "singleLabel", "format": "tsv", "columns": { "text": "premise", "secondText": "hypothesis", "label": "gold_label" } }""",
            parts);

        foreach (var (part, content) in parts)
            await AssertHoldsAsync(
                dataset, part,
                [.. Lines(content, Encoding.UTF8).Skip(1).Select(line => line.Split('\t'))
                    .Select(row => (row[0], row[1], (string?)row[2]))]);
    }

    [Fact]
    public async Task Imdb_reviews_by_their_columns()
    {
        var parts = Files("imdb", "*.tsv")
            .Select(path =>
                (Part: Path.GetFileName(path).Contains("train", StringComparison.Ordinal)
                    ? "train" : "test", Content: File.ReadAllBytes(path))).ToList();

        var dataset = await ImportAsync(
            """{ "name": "imdb", "task": "singleLabel", "format": "tsv", "labels": ["neg", "pos"], "columns": { "text": "text", "label": "label", "id": "id" } }""",
            parts);

        foreach (var (part, content) in parts)
            await AssertHoldsAsync(
                dataset, part,
                [.. Lines(content, Encoding.UTF8).Skip(1).Select(line => line.Split('\t'))
                    .Select(row => (row[1], row[3], (string?)null))]);
    }

    [Fact]
    public async Task Trec_questions_in_latin_1()
    {
        var parts = Files("trec", "raw_TREC.*").Select(path =>
        {
            var table = Lines(File.ReadAllBytes(path), Encoding.Latin1)
                .Select(line =>
                    $"{line[..line.IndexOf(':', StringComparison.Ordinal)]}\t"
                    + $"{line[(line.IndexOf(' ', StringComparison.Ordinal) + 1)..]}");
            return (Part: Path.GetExtension(path)[1..], Content: Encoding.Latin1.GetBytes(
                "class\tquestion\n" + string.Join('\n', table)));
        }).ToList();

        var dataset = await ImportAsync(
            """{ "name": "trec", "task": "singleLabel", "format": "tsv", "encoding": "latin-1", "columns": { "text": "question", "label": "class" } }""",
            parts);

        foreach (var (part, content) in parts)
            await AssertHoldsAsync(
                dataset, part,
                [.. Lines(content, Encoding.Latin1).Skip(1).Select(line => line.Split('\t'))
                    .Select(row => (row[0], row[1], (string?)null))]);
    }

    private async Task<JsonNode> ImportAsync(string definition, IEnumerable<(string, byte[])> parts)
    {
        var answer = await api.ImportAsync(definition, parts);
        Assert.True(answer.StatusCode == HttpStatusCode.Created, await answer.Content.ReadAsStringAsync());
        return (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
    }

    private async Task AssertHoldsAsync(
        JsonNode dataset, string split, List<(string Label, string Text, string? Second)> rows)
    {
        var summary = dataset["splits"]![split]!;
        Assert.Equal(rows.Count, summary["examples"]!.GetValue<int>());
        Assert.Equal(
            rows.CountBy(row => row.Label).OrderBy(count => count.Key, StringComparer.Ordinal),
            summary["perLabel"]!.AsObject()
                .Select(count => KeyValuePair.Create(count.Key, count.Value!.GetValue<int>()))
                .OrderBy(count => count.Key, StringComparer.Ordinal));

        var (stored, token) = (new List<(string, string, string?)>(), "");
        do
        {
            var page = await api.GetAsync($"/datasets/{dataset["id"]}/examples?split={split}&pageSize=1000{token}");
            stored.AddRange(
                page["items"]!.AsArray()
                    .Select(item =>
                        (item!["labels"]![0]!.ToString(), item["text"]!.ToString(), item["secondText"]?.ToString())));
            token = page["nextPageToken"] is { } next ? $"&pageToken={next}" : null;
        }
        while (token is not null);
        Assert.Equal(rows, stored);
    }

    private static IEnumerable<string> Lines(byte[] content, Encoding encoding) =>
        encoding.GetString(content).Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0);

    private static List<string> Files(string folder, string pattern)
    {
        var root = Environment.GetEnvironmentVariable(Setting) is { Length: > 0 } given
            ? given : Path.Combine(RepositoryRoot(), "..", "shared", "data");
        var path = Path.Combine(root, folder);
        Assert.SkipUnless(
            Directory.Exists(path),
            $"There is no folder {folder} with published data; {Setting} names the folder that holds it.");
        return [.. Directory.GetFiles(path, pattern).Order(StringComparer.Ordinal)];
    }

    private static string RepositoryRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "PieService.sln")))
            folder = folder.Parent;
        return folder?.FullName ?? AppContext.BaseDirectory;
    }
}
