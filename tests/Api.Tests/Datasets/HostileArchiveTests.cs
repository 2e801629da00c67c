using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using PieService.Archives;

namespace PieService.Api.Tests.Datasets;

/// <summary>Hostile archives and texts are refused with their position, and leave nothing behind.</summary>
public sealed class HostileArchiveTests(DatasetApi api) : IClassFixture<DatasetApi>, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => Assert.Equal((0, 0, 0), await api.TracesAsync());

    public async ValueTask DisposeAsync() => Assert.Equal((0, 0, 0), await api.TracesAsync());

    /// <summary>The cases by name: test runners store the arguments of tests, and some of these have 90 MB.</summary>
    private static readonly Dictionary<string, (string Format, Func<byte[]> Archive, string File, int? Line)> Hostile =
        new()
        {
            ["a bomb"] = ("imdb", ArchiveFiles.TarBomb, "file", null),
            ["an endless header"] = ("imdb", () => ArchiveFiles.Header(1L << 31, isExtended: true), "file", null),
            ["gzip that was cut off"] =
                ("imdb", () => Gzip(ArchiveFiles.Tar(("aclImdb/train/pos/0_9.txt", "good")))[..^20], "file", null),
            ["no UTF-8"] = (
                "imdb", () => ArchiveFiles.Tar(("aclImdb/train/pos/0_9.txt", "one\ntwo\n\u00FF")),
                "file/aclImdb/train/pos/0_9.txt", 3),
            ["a NUL"] = (
                "imdb", () => ArchiveFiles.Tar(("aclImdb/train/pos/0_9.txt", "a NUL \0")),
                "file/aclImdb/train/pos/0_9.txt", 1),
            ["no archive"] = ("imdb", () => Encoding.UTF8.GetBytes("label,text\nyes,one\n"), "file", null),
            ["a million entries"] = ("snli", () => ArchiveFiles.ZipOf(1_000_000, said: ushort.MaxValue), "file", null),
            ["a million entries said to be one"] = ("snli", () => ArchiveFiles.ZipOf(1_000_000, said: 1), "file", null),
            ["many entries in zip64"] = ("snli", () => ArchiveFiles.Zip64Of(300_000), "file", null),
            ["blanks"] = (
                "snli",
                () => ArchiveFiles.Zip((
                    "snli_1.0_train.jsonl", string.Concat(Enumerable.Repeat(new string(' ', 1000) + "\n", 40_000)))),
                "file/snli_1.0_train.jsonl", null),
            ["a name that turns the text around"] = (
                "snli",
                () => ArchiveFiles.Zip(("\u202Eevil\n/snli_1.0_train.jsonl", "\n{\"gold_label\": \"neutral\"}")),
                "file/\uFFFDevil\uFFFD/snli_1.0_train.jsonl", 2),
            ["another label"] = (
                "snli",
                () => ArchiveFiles.Zip((
                    "snli_1.0_train.jsonl",
                    """{"gold_label":"maybe","sentence1":"a","sentence2":"b","pairID":"c"}""")),
                "file/snli_1.0_train.jsonl", 1),
        };

    public static TheoryData<string> Archives => [.. Hostile.Keys];

    [Theory]
    [MemberData(nameof(Archives))]
    public async Task An_invalid_archive_is_reported_with_file_and_line(string what)
    {
        var (format, archive, file, line) = Hostile[what];
        using var answer = await api.ImportAsync(
            $$"""{ "name": "hostile", "task": "singleLabel", "format": "{{format}}" }""", ("file", archive()));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var problem = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.True((file, line) == ((string?)problem["file"], (int?)problem["line"]), problem.ToJsonString());
    }

    [Theory]
    [InlineData("a\0b", 2)]
    [InlineData("[]", 2)]
    public async Task A_NUL_or_another_label_is_refused_with_its_line(string label, int line)
    {
        var train =
            $"{{\"t\":\"one\",\"l\":[\"a\"]}}\n{{\"t\":\"two\","
            + $"\"l\":[{System.Text.Json.JsonSerializer.Serialize(label)}]}}\n";

        using var answer = await api.ImportAsync(
            """{ "name": "d", "task": "multiLabel", "format": "jsonl", "columns": { "text": "t", "labels": "l" }, "labels": ["a", "b"] }""", ("train", train), ("test", train));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(line, (int?)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["line"]);
    }

    private static byte[] Gzip(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(
            compressed, System.IO.Compression.CompressionLevel.Fastest)) gzip.Write(content);
        return compressed.ToArray();
    }
}
