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
    private static byte[]? published, foreign;

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
        { "comparisons.ndjson", "\"summary\":{", "\"summary\":{" + new string(' ', 17_000),
            "summary has more than 16384 characters", "comparisons.ndjson" },
        { "comparisons.ndjson", "\"labels\":\"", "\"labels\":\"" + new string('a', 100),
            "labels is not a SHA-256", "comparisons.ndjson" },
    };

    /// <summary>The type jsonb of PostgreSQL has no such number.</summary>
    [Fact]
    public async Task A_stated_number_beyond_all_numbers_is_another_result()
    {
        var sweep = await SweepAsync(services.Publisher, await DatasetAsync(services.Publisher, "beyond"));
        var bundle = Replaced(
            await BundleAsync(services.Publisher, sweep), "comparisons.ndjson", "\"pies\":",
            "\"pies\":1e999999,\"once\":");

        await StoreAsync(services.Reader, bundle);
        await services.Reader.Situations.LabelAsync(sweep);

        var comparisons = await services.Reader.GetAsync($"/api/v1/sweeps/{sweep}/comparisons");
        Assert.Contains("pies: 1e999999 stated, ", comparisons.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Replacements))]
    public async Task A_text_that_does_not_follow_from_the_others_is_refused(
        string file, string old, string replacement, string message, string reported)
    {
        var bundle = Replaced(await PublishedAsync(), file, old, replacement);

        await AssertRefusedAsync(bundle, reported, message);
    }

    /// <summary>The hash of the content does not have them.</summary>
    [Theory]
    [InlineData("sweepId", "01a20bed-4ca9-7100-9a2d-d0dd2c7edd1f")]
    [InlineData("datasetId", "01a20bed-4ca9-7100-9a2d-d0dd2c7edd1f")]
    [InlineData("runs", 15)]
    [InlineData("comparisons", 0)]
    public async Task A_manifest_that_does_not_match_the_other_files_is_refused(string field, object value)
    {
        var bundle = Altered(await PublishedAsync(), "manifest.json", content =>
        {
            var manifest = JsonNode.Parse(content)!;
            manifest[field] = JsonValue.Create(value);
            return Encoding.UTF8.GetBytes(manifest.ToJsonString() + "\n");
        });

        Assert.Equal(field, await AssertRefusedAsync(bundle, "manifest.json", $"is {value}, and must be "));
    }

    [Theory]
    [InlineData("sweep.json", "\"replication\":\"training\"", "\"replication\":\"none\"",
        "the cohort 'bf16' has 3 runs", "sweep.json", "foreign.replication")]
    [InlineData("sweep.json", "\"cohorts\":[",
        "\"cohorts\":[{\"name\":\"idle\",\"model\":\"other\",\"baseline\":true,\"compression\":null,\"bits\":null,"
        + "\"sparsity\":null,\"pairing\":\"none\"},",
        "has no run with predictions", "sweep.json", "foreign.cohorts[0]")]
    [InlineData("sweep.json", "\"bits\":4", "\"bits\":-4", "must be above 0", "sweep.json", "foreign.cohorts[1].bits")]
    [InlineData("runs.ndjson", "\"seed\":0", "\"seed\":-1", "must not be negative", "runs.ndjson", "seed")]
    [InlineData("runs.ndjson", "\"seed\":1", "\"seed\":0", "is that of an earlier run", "runs.ndjson", "seed")]
    [InlineData("runs.ndjson", "\"ordinal\":1", "\"ordinal\":0", "must be above", "runs.ndjson", "ordinal")]
    public async Task Imported_cohorts_that_break_a_rule_of_imports_are_refused(
        string file, string old, string replacement, string message, string reported, string column)
    {
        var bundle = Replaced(await ForeignAsync(), file, old, replacement);

        Assert.Equal(column, await AssertRefusedAsync(bundle, reported, message));
    }

    [Fact]
    public async Task Paired_cohorts_without_a_common_seed_are_refused()
    {
        // The runs of the second cohort are the last two.
        var bundle = Altered(await ForeignAsync(), "runs.ndjson", content => Encoding.UTF8.GetBytes(string.Concat(
            Encoding.UTF8.GetString(content).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select((line, i) =>
                (i < 3 ? line : line.Replace("\"seed\":", "\"seed\":5", StringComparison.Ordinal)) + "\n"))));
        bundle = Altered(bundle, "sweep.json", content => Encoding.UTF8.GetBytes(
            LastReplaced(Encoding.UTF8.GetString(content), "\"pairing\":\"none\"", "\"pairing\":\"seed\"")));

        Assert.Equal(
            "foreign.cohorts[1].pairing",
            await AssertRefusedAsync(bundle, "sweep.json", "no seed of the cohort 'int4' is one of its baseline"));
    }

    /// <summary>Any number of them would be in memory before they are counted.</summary>
    [Fact]
    public async Task More_comparisons_than_the_sweep_has_are_refused() => await AssertRefusedAsync(
        Altered(await PublishedAsync(), "comparisons.ndjson", content =>
        {
            var line = JsonNode.Parse(Encoding.UTF8.GetString(content).Split('\n')[0])!;
            (line["id"], line["ordinal"]) = ("01a20bed-4ca9-7100-9a2d-d0dd2c7edd1f", 1000);
            return [.. content, .. Encoding.UTF8.GetBytes(line.ToJsonString() + "\n")];
        }),
        "comparisons.ndjson", "has more comparisons than the ");

    [Fact]
    public async Task An_answer_that_is_longer_than_a_stored_one_is_refused()
    {
        var bundle = Altered(await ForeignAsync(), "answers/test.ndjson", content =>
        {
            var lines = Encoding.UTF8.GetString(content).Split('\n');
            return Encoding.UTF8.GetBytes(string.Join('\n', lines[1..].Prepend($"\"{new string('a', 16_385)}\"")));
        });

        await AssertRefusedAsync(bundle, "answers/test.ndjson", "has an answer of more than 16384 characters");
    }

    [Fact]
    public async Task A_cohort_with_more_than_1000_seeds_is_refused()
    {
        var bundle = Altered(await ForeignAsync(), "runs.ndjson", content =>
        {
            var line = Encoding.UTF8.GetString(content).Split('\n')[0];
            return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Range(0, 1001).Select(i => line
                .Replace("\"seed\":0", $"\"seed\":{i}", StringComparison.Ordinal)
                .Replace("\"ordinal\":0", $"\"ordinal\":{i}", StringComparison.Ordinal) + "\n")));
        });
        bundle = Altered(
            bundle, "predictions/test.classes",
            content => [.. Enumerable.Repeat(content[..(content.Length / 5)], 1001).SelectMany(bytes => bytes)]);

        Assert.Equal("seed", await AssertRefusedAsync(bundle, "runs.ndjson", "one more than the 1000 seeds"));
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

    /// <returns>The field that is reported.</returns>
    private async Task<string?> AssertRefusedAsync(byte[] bundle, string file, string message)
    {
        var before = await CountsAsync();

        using var answer = await SendAsync(services.Reader, bundle);

        var body = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.UnprocessableEntity, $"{(int)answer.StatusCode} {body}");
        Assert.Equal(file == "bundle" ? file : $"bundle/{file}", (string?)JsonNode.Parse(body)!["file"]);
        Assert.Contains(message, (string?)JsonNode.Parse(body)!["detail"]);
        Assert.Equal(before, await CountsAsync());
        return (string?)JsonNode.Parse(body)!["column"];
    }

    private async Task<(int, int, int)> CountsAsync()
    {
        await using var db = await ContextAsync(services.Reader);
        return (await db.Datasets.CountAsync(), await db.Sweeps.CountAsync(), await db.Runs.CountAsync());
    }

    private async Task<byte[]> PublishedAsync() => published ??= await BundleAsync(
        services.Publisher,
        await SweepAsync(services.Publisher, await DatasetAsync(services.Publisher, "hostile")));

    private async Task<byte[]> ForeignAsync()
    {
        if (foreign is not null) return foreign;
        var folder = Directory.CreateTempSubdirectory("pie-hostile-");
        try
        {
            return foreign = await BundleAsync(
                services.Publisher, await ForeignSweepAsync(services.Publisher, folder.FullName));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>The bundle with the first place of a text in a file replaced.</summary>
    private static byte[] Replaced(byte[] bundle, string file, string old, string replacement) =>
        Altered(bundle, file, content =>
        {
            var text = Encoding.UTF8.GetString(content);
            var at = text.IndexOf(old, StringComparison.Ordinal);
            Assert.True(at >= 0, $"{file} has no {old}: {text}");
            return Encoding.UTF8.GetBytes(text[..at] + replacement + text[(at + old.Length)..]);
        });

    private static string LastReplaced(string text, string old, string replacement)
    {
        var at = text.LastIndexOf(old, StringComparison.Ordinal);
        return text[..at] + replacement + text[(at + old.Length)..];
    }

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
