using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using PieService.Archives;

namespace PieService.Api.Tests.Datasets;

/// <summary>Archives and texts as strangers may send them are refused with their place, and leave nothing behind.</summary>
public sealed class HostileArchiveTests(DatasetApi api) : IClassFixture<DatasetApi>, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => Assert.Equal((0, 0, 0), await api.TracesAsync());

    public async ValueTask DisposeAsync() => Assert.Equal((0, 0, 0), await api.TracesAsync());

    public static TheoryData<string, byte[], string, int?> Archives() => new()
    {
        { "imdb", ArchiveFiles.TarBomb(), "file", null },
        { "imdb", ArchiveFiles.Header(1L << 31, isExtended: true), "file", null },
        { "imdb", Gzip(ArchiveFiles.Tar(("aclImdb/train/pos/0_9.txt", "good")))[..^20], "file", null },
        { "imdb", ArchiveFiles.Tar(("aclImdb/train/pos/0_9.txt", "one\ntwo\n\u00FF")), "file/aclImdb/train/pos/0_9.txt", 3 },
        { "imdb", ArchiveFiles.Tar(("aclImdb/train/pos/0_9.txt", "a NUL \0")), "file/aclImdb/train/pos/0_9.txt", 1 },
        { "imdb", Encoding.UTF8.GetBytes("label,text\nyes,one\n"), "file", null },
        { "snli", ArchiveFiles.ZipOf(1_000_000, said: ushort.MaxValue), "file", null },
        { "snli", ArchiveFiles.ZipOf(1_000_000, said: 1), "file", null },
        { "snli", ArchiveFiles.Zip64Of(100_000), "file", null },
        { "snli", ArchiveFiles.Zip(("snli_1.0_train.jsonl", string.Concat(Enumerable.Repeat(new string(' ', 1000) + "\n", 40_000)))), "file/snli_1.0_train.jsonl", null },
        { "snli", ArchiveFiles.Zip(("\u202Eevil\n/snli_1.0_train.jsonl", "\n{\"gold_label\": \"neutral\"}")), "file/\uFFFDevil\uFFFD/snli_1.0_train.jsonl", 2 },
        { "snli", ArchiveFiles.Zip(("snli_1.0_train.jsonl", """{"gold_label":"maybe","sentence1":"a","sentence2":"b","pairID":"c"}""")), "file/snli_1.0_train.jsonl", 1 },
    };

    [Theory]
    [MemberData(nameof(Archives))]
    public async Task An_archive_that_cannot_be_read_is_told_by_its_file_and_line(string format, byte[] archive, string file, int? line)
    {
        using var answer = await api.ImportAsync($$"""{ "name": "hostile", "task": "singleLabel", "format": "{{format}}" }""", ("file", archive));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var problem = (await answer.Content.ReadFromJsonAsync<JsonNode>())!;
        Assert.True((file, line) == ((string?)problem["file"], (int?)problem["line"]), problem.ToJsonString());
    }

    [Theory]
    [InlineData("a\0b", 2)]
    [InlineData("[]", 2)]
    public async Task A_NUL_or_another_label_is_refused_with_its_line(string label, int line)
    {
        var train = $"{{\"t\":\"one\",\"l\":[\"a\"]}}\n{{\"t\":\"two\",\"l\":[{System.Text.Json.JsonSerializer.Serialize(label)}]}}\n";

        using var answer = await api.ImportAsync(
            """{ "name": "d", "task": "multiLabel", "format": "jsonl", "columns": { "text": "t", "labels": "l" }, "labels": ["a", "b"] }""", ("train", train), ("test", train));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(line, (int?)(await answer.Content.ReadFromJsonAsync<JsonNode>())!["line"]);
    }

    private static byte[] Gzip(byte[] content)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(compressed, System.IO.Compression.CompressionLevel.Fastest)) gzip.Write(content);
        return compressed.ToArray();
    }
}
