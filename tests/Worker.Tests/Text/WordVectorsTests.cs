using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using PieService.Domain.Runs;
using PieService.Worker.Text;

namespace PieService.Worker.Tests.Text;

public sealed class WordVectorsTests : IDisposable
{
    private const string Lines =
        "the 1 2 3\nmy name 0.5 -1.5 2e-1\ncafé -1 .5 0.000000000000000000000000001\ndog 4 4 4\n";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Rows_follow_the_vocabulary_and_unknown_words_have_the_mean_of_all_lines()
    {
        var vectors = Reduce(Lines, "café", "[SEP]", "the", "my name");
        var mean = new[] { (float)(4.5 / 4), (float)(5.0 / 4), (float)((7.2 + 1e-27) / 4) };
        Assert.Equal(mean, vectors.Mean);
        Assert.Equal([-1, 0.5f, 1e-27f, .. mean, 1, 2, 3, 0.5f, -1.5f, 0.2f], vectors.Matrix);
        Assert.Equal((3, 3), (vectors.Dimensions, vectors.Found));
    }

    [Fact]
    public void A_gzip_file_gives_the_same_rows_and_the_hash_of_its_own_bytes()
    {
        var plain = Reduce(Lines, "the", "dog");
        using (var gzip = new GZipStream(File.Create(folder["vectors"]), CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(Lines));
        var zipped = WordVectors.Reduce(folder["vectors"], "toy", Dataset("the", "dog"));

        Assert.Equal(plain.Matrix, zipped.Matrix);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Lines))), plain.SourceSha256);
        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(folder["vectors"]))), zipped.SourceSha256);
    }

    [Fact]
    public void Lines_may_end_in_CRLF_in_blanks_or_at_the_end_of_the_file() =>
        Assert.Equal([1, 2, 5, 6], Reduce("a 1 2 \r\nb 3 4\r\nc 5 6", "a", "c").Matrix);

    [Fact]
    public void A_word2vec_header_gives_the_width_and_is_not_a_vector()
    {
        var vectors = Reduce("2 3\na 1 2 3\nb 3 4 5\n", "a");
        Assert.Equal([2, 3, 4], vectors.Mean);
    }

    [Fact]
    public void The_first_line_of_a_repeated_word_counts() =>
        Assert.Equal([1, 1], Reduce("a 1 1\nb 0 0\na 9 9\n", "a").Matrix);

    [Fact]
    public void Numbers_are_read_to_the_last_bit()
    {
        var numbers =
            new[] { "0.1", "-0.038194", "123456789.123456789", "9007199254740993", "1e-7", "1.7976931348623157", "-0",
                "0.30000000000000004" };
        var line = "w " + string.Join(' ', numbers);
        Assert.Equal(
            numbers.Select(number => (float)double.Parse(number, System.Globalization.CultureInfo.InvariantCulture)),
            Reduce(line, "w").Matrix);
    }

    [Fact]
    public void A_line_longer_than_the_buffer_is_read()
    {
        var values = string.Join(' ', Enumerable.Repeat("1.0000000001", 100_000));
        Assert.Equal(100_000, Reduce($"a {values}\nb {values}\n", "b").Dimensions);
    }

    [Fact]
    public void The_coverage_counts_the_words_of_the_training_split_whole_and_without_the_separator_of_pairs()
    {
        File.WriteAllText(folder["vectors"], "the 1 2\ndog 3 4\nunused 5 6\n");
        var builder = new TokenisedDatasetBuilder("hash", 2);
        builder.Add("train", ["the", "dog", "[SEP]", "the", "cat"], 0);
        builder.Add("train", ["the", "cow"], 1);
        builder.Add("test", ["unused", "other"], 0);

        var coverage = WordVectors.Reduce(folder["vectors"], "toy", builder.Build()).Coverage;

        Assert.Equal(new VectorCoverage(Types: 2 / 4.0, Tokens: 4 / 6.0), coverage);
    }

    [Fact]
    public void A_training_split_without_a_word_has_no_coverage()
    {
        File.WriteAllText(folder["vectors"], "the 1 2\n");
        var builder = new TokenisedDatasetBuilder("hash", 2);
        builder.Add("train", [], 0);
        builder.Add("test", ["the"], 0);
        Assert.Null(WordVectors.Reduce(folder["vectors"], "toy", builder.Build()).Coverage);
    }

    [Fact]
    public void An_empty_file_is_refused() =>
        Assert.StartsWith(
            "vectors is empty", Assert.Throws<InvalidDataException>(() => Reduce("", "a")).Message,
            StringComparison.Ordinal);

    [Fact]
    public void A_broken_gzip_file_is_named()
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.NoCompression, leaveOpen: true))
            gzip.Write(Encoding.UTF8.GetBytes(Lines));
        var bytes = compressed.ToArray();
        bytes[10] = 0xff;
        File.WriteAllBytes(folder["vectors"], bytes);
        Assert.Contains(folder["vectors"], Assert.Throws<InvalidDataException>(
            () => WordVectors.Reduce(folder["vectors"], "toy", Dataset("a"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Saved_vectors_are_loaded_unchanged()
    {
        var vectors = Reduce(Lines, "the", "dog", "cat");
        foreach (var each in new[] { vectors, vectors with { Coverage = new VectorCoverage(1 / 3.0, 0.1) } })
        {
            each.Save(folder["cache"]);
            Assert.Equivalent(each, WordVectors.Load(folder["cache"]), strict: true);
        }
    }

    private WordVectors Reduce(string content, params string[] vocabulary)
    {
        File.WriteAllText(folder["vectors"], content);
        return WordVectors.Reduce(folder["vectors"], "toy", Dataset(vocabulary));
    }

    private static TokenisedDataset Dataset(params string[] vocabulary)
    {
        var builder = new TokenisedDatasetBuilder("hash", 2);
        builder.Add("test", vocabulary, 0);
        return builder.Build();
    }
}
