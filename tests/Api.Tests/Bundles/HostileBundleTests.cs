using System.IO.Compression;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using static PieService.Api.Tests.Bundles.TwoServices;

namespace PieService.Api.Tests.Bundles;

/// <summary>Bundles whose files were altered, most of them with checksums that fit.</summary>
public sealed class HostileBundleTests(TwoServices services) : IClassFixture<TwoServices>
{
    private static byte[]? published;

    public static TheoryData<string, string, string, string, string> Replacements => new()
    {
        { "manifest.json", "pie-bundle/1", "pie-bundle/9", "must be pie-bundle/1", "manifest.json" },
        { "manifest.json", "\"contentHash\":\"sha256:", "\"contentHash\":\"sha256:0",
            "follows from the dataset", "manifest.json" },
        { "dataset.json", "\"no\"", "\"nope\"", "the examples have the content hash", "examples.ndjson" },
        { "dataset.json", "\"no\"", "\"yes\"", "different labels", "dataset.json" },
        { "dataset.json", "\"count\":8", "\"count\":7", "must have an example of", "examples.ndjson" },
        { "dataset.json", "\"count\":8", "\"count\":-8", "at least 1 in each split", "dataset.json" },
        { "dataset.json", "\"count\":8", "\"count\":2000000000", "at most 5000000 together", "dataset.json" },
        { "examples.ndjson", "train", "test", "must have an example of train here", "examples.ndjson" },
        { "examples.ndjson", "hostile test", "hostile text", "the examples have the content hash", "examples.ndjson" },
        { "examples.ndjson", "\"labels\":[0]", "\"labels\":[3]", "must be indices from 0 to 2", "examples.ndjson" },
        { "examples.ndjson", "\"labels\":[0]", "\"labels\":[0,1]", "one label for each example", "examples.ndjson" },
        { "examples.ndjson", "\"labels\":[0]", "\"labels\":[null]", "null as an element", "examples.ndjson" },
        { "examples.ndjson", "\"topic\"", "\"colour\"", "must be attributes of dataset.json", "examples.ndjson" },
        { "examples.ndjson", "hostile test", "hostile\\u0000test", "NUL", "examples.ndjson" },
        { "examples.ndjson", "hostile test", "hostile\\ud800test", "surrogate", "examples.ndjson" },
        { "sweep.json", "\"count\":3", "\"count\":2", "must be epochs that the sweep observes", "runs.ndjson" },
        { "sweep.json", "\"epochs\":2", "\"epochs\":-2", "epochs", "sweep.json" },
        { "sweep.json", "\"foreign\":null", "\"foreign\":{\"replication\":\"none\",\"cohorts\":[]}",
            "and not both", "sweep.json" },
        { "runs.ndjson", "r1:", "r1:0", "is not that of the run at this place", "runs.ndjson" },
        { "runs.ndjson", "\"batchSize\":", "\"batchSize\":1", "is not that of the run at this place", "runs.ndjson" },
        { "runs.ndjson", "\"seed\":0", "\"seed\":1", "is not that of the run at this place", "runs.ndjson" },
        { "runs.ndjson", "\"state\":\"succeeded\"", "\"state\":\"queued\"",
            "must be succeeded, with results", "runs.ndjson" },
        { "runs.ndjson", "\"predictionHash\":\"sha256:", "\"predictionHash\":\"sha256:0",
            "have the hash", "predictions/test.classes" },
        { "runs.ndjson", "\"observed\":[0,1]", "\"observed\":[0,7]",
            "must be epochs that the sweep observes", "runs.ndjson" },
        { "runs.ndjson", "\"epoch\":0,\"split\":\"train\"", "\"epoch\":1,\"split\":\"train\"",
            "one entry for each", "runs.ndjson" },
        { "runs.ndjson", "\"id\":", "\"path\":\"/etc/passwd\",\"id\":", "unknown or invalid value", "runs.ndjson" },
        { "runs.ndjson", "{", "{{", "is not JSON", "runs.ndjson" },
        { "comparisons.ndjson", "\"ordinal\":1,", "\"ordinal\":0,",
            "that no earlier comparison has", "comparisons.ndjson" },
    };

    [Theory]
    [MemberData(nameof(Replacements))]
    public async Task A_text_that_does_not_follow_from_the_others_is_refused(
        string file, string old, string replacement, string message, string reported)
    {
        var bundle = Altered(await PublishedAsync(), file, content =>
        {
            var text = Encoding.UTF8.GetString(content);
            var at = text.IndexOf(old, StringComparison.Ordinal);
            Assert.True(at >= 0, $"{file} has no {old}: {text}");
            return Encoding.UTF8.GetBytes(text[..at] + replacement + text[(at + old.Length)..]);
        });

        await AssertRefusedAsync(bundle, reported, message);
    }

    [Theory]
    [InlineData("predictions/test.classes", "is too short", 0, 1)]
    [InlineData("predictions/test.scores", "is too short", 0, 2)]
    [InlineData("predictions/train.classes", "is too long", 3, 0)]
    [InlineData("observations/1.scores", "is too long", 1, 0)]
    public async Task Packed_values_of_another_length_are_refused(string file, string message, int more, int fewer) =>
        await AssertRefusedAsync(
            Altered(await PublishedAsync(), file, content => [.. content[..^fewer], .. new byte[more]]), file, message);

    [Theory]
    [InlineData("predictions/train.classes", 3, "has a class that is not one of 0 to 2")]
    [InlineData("observations/0.classes", 255, "has a class that is not one of 0 to 2")]
    [InlineData("predictions/test.classes", 1, "have the hash")]
    public async Task Other_classes_are_refused(string file, byte added, string message) =>
        await AssertRefusedAsync(
            Altered(await PublishedAsync(), file, content => [(byte)(content[0] + added), .. content[1..]]), file,
            message);

    [Theory]
    [InlineData("runs.ndjson")]
    [InlineData("predictions/test.scores")]
    public async Task A_file_that_is_missing_is_named(string file) =>
        await AssertRefusedAsync(Altered(await PublishedAsync(), file, _ => null), "bundle", $"has no file {file}");

    [Fact]
    public async Task A_file_with_another_checksum_is_refused() =>
        await AssertRefusedAsync(
            Altered(
                await PublishedAsync(), "predictions/test.scores", content => [(byte)~content[0], .. content[1..]],
                withChecksums: false),
            "predictions/test.scores", "does not have the SHA-256");

    [Fact]
    public async Task A_file_without_a_checksum_is_refused() =>
        await AssertRefusedAsync(
            Altered(await PublishedAsync(), "observations/5.scores", _ => [1], withChecksums: false),
            "observations/5.scores", "has no line in checksums.sha256");

    [Theory]
    [InlineData("readme.txt")]
    [InlineData("../../etc/passwd")]
    [InlineData("observations/01.scores")]
    public async Task A_file_that_the_format_does_not_have_is_refused(string file) =>
        await AssertRefusedAsync(Altered(await PublishedAsync(), file, _ => [1]), file, "is not a file of a bundle");

    [Fact]
    public async Task An_archive_that_is_cut_off_is_refused()
    {
        var whole = await PublishedAsync();

        await AssertRefusedAsync(whole[..(whole.Length / 2)], "bundle", "is the upload complete?");
    }

    [Fact]
    public async Task An_archive_that_unpacks_to_far_more_than_its_size_is_refused() =>
        await AssertRefusedAsync(
            Altered(await PublishedAsync(), "examples.ndjson", _ => new byte[64 * 1024 * 1024]), "examples.ndjson",
            "unpacks to more than");

    private async Task AssertRefusedAsync(byte[] bundle, string file, string message)
    {
        var before = await CountsAsync();

        using var answer = await SendAsync(services.Reader, bundle);

        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.UnprocessableEntity, $"{(int)answer.StatusCode} {body}");
        Assert.Equal(file == "bundle" ? file : $"bundle/{file}", (string?)JsonNode.Parse(body)!["file"]);
        Assert.Contains(message, (string?)JsonNode.Parse(body)!["detail"]);
        Assert.Equal(before, await CountsAsync());
    }

    private async Task<(int, int, int)> CountsAsync()
    {
        await using var db = await ContextAsync(services.Reader);
        return (await db.Datasets.CountAsync(), await db.Sweeps.CountAsync(), await db.Runs.CountAsync());
    }

    private async Task<byte[]> PublishedAsync() => published ??= await BundleAsync(
        services.Publisher,
        await SweepAsync(services.Publisher, await DatasetAsync(services.Publisher, "hostile")));

    /// <summary>The bundle with a file that is changed, removed (null) or added.</summary>
    private static byte[] Altered(
        byte[] bundle, string file, Func<byte[], byte[]?> change, bool withChecksums = true)
    {
        var files = new List<(string Name, byte[] Content)>();
        using (var zip = new ZipArchive(new MemoryStream(bundle)))
        {
            foreach (var entry in zip.Entries)
            {
                using var content = new MemoryStream();
                using (var stream = entry.Open()) stream.CopyTo(content);
                var changed = entry.FullName == file ? change(content.ToArray()) : content.ToArray();
                if (changed is not null) files.Add((entry.FullName, changed));
            }
            if (zip.GetEntry(file) is null) files.Insert(0, (file, change([])!));
        }
        if (withChecksums)
        {
            files.RemoveAll(of => of.Name == "checksums.sha256");
            files.Add(("checksums.sha256", Encoding.UTF8.GetBytes(string.Concat(
                files.Select(of => $"{Convert.ToHexStringLower(SHA256.HashData(of.Content))}  {of.Name}\n")))));
        }
        using var altered = new MemoryStream();
        using (var zip = new ZipArchive(altered, ZipArchiveMode.Create, leaveOpen: true))
            foreach (var (name, content) in files)
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.Write(content);
            }
        return altered.ToArray();
    }
}
