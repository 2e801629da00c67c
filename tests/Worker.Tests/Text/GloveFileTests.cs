using System.Buffers.Binary;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using PieService.Worker.Text;

namespace PieService.Worker.Tests.Text;

/// <summary>Files of word vectors as people have them: what is read, and what is refused with which words.</summary>
public sealed class GloveFileTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("a 1 2\nb 3 4\n")]
    [InlineData("\uFEFFa 1 2\nb 3 4\n")]
    [InlineData("\uFEFF2 2\na 1 2\nb 3 4\n")]
    [InlineData("2 2\na 1 2\nb 3 4\n")]
    [InlineData("2\t2 \na 1 2 \nb 3 4 \n")]
    [InlineData("2 2\r\na 1 2\r\nb 3 4\r\n")]
    [InlineData("a\t1 2\nb\t3 4\n")]
    [InlineData("a\t1\t2\nb\t3\t4\t\n")]
    [InlineData("a  1   2\nb 3  4\n")]
    [InlineData(" a 1 2\n b 3 4\n")]
    [InlineData("a 1 2\nb 3 4\n\n\n")]
    [InlineData("a 1 2\r\nb 3 4\r\n \r\n\t\n")]
    [InlineData("a 1 2\nb 3 4")]
    [InlineData("a 1e0 +2\nb 3. 4.0E+0")]
    public void Each_way_to_write_two_vectors_gives_the_same_ones(string content) =>
        Assert.Equal("a:1,2 b:3,4", Vectors(content));

    [Theory]
    [InlineData("a 1 2\n. . . 3 4\nat name@domain.com 5 6\n", "a:1,2 . . .:3,4 at name@domain.com:5,6")]
    [InlineData("at name@domain.com 1 2\nb 3 4\n", "at name@domain.com:1,2 b:3,4")]
    [InlineData("2 2\n. . 1 2\n1 1/2 3 4\n", ". .:1,2 1 1/2:3,4")]
    [InlineData("a 1 2\n7 3 4\n2.5 5 6\n", "a:1,2 7:3,4 2.5:5,6")]
    [InlineData("7 1 2\na 3 4\n", "7:1,2 a:3,4")]
    [InlineData("nan 1 2\ninfinity 3 4\n", "nan:1,2 infinity:3,4")]
    [InlineData("a\u00a0b 1 2\n\u3000 3 4\n\u0085 5 6\n", "a\u00a0b:1,2 \u3000:3,4 \u0085:5,6")]
    public void A_word_may_be_a_number_and_may_have_blanks_before_what_is_no_number(string content, string vectors) =>
        Assert.Equal(vectors, Vectors(content));

    [Theory]
    [InlineData("a 1 2\nb 3\n", "line 2: it has 1 number, but line 1 has 2")]
    [InlineData("a 1 2\nb\n", "line 2: it has 0 numbers, but line 1 has 2")]
    [InlineData("a 1\nb 3 4\n", "line 2: it has 2 numbers, but line 1 has 1")]
    [InlineData("a 1 2\nb 3 4 5\n", "line 2: it has 3 numbers, but line 1 has 2")]
    [InlineData("a 1 2\nb c 3 4 5\n", "line 2: it has 3 numbers, but line 1 has 2")]
    [InlineData("a 1 2\nb NaN 4 5\n", "line 2: it has 3 numbers, but line 1 has 2")]
    [InlineData("2 2\na 1 2 3\nb 3 4 5\n", "line 2: it has 3 numbers, but the header states 2")]
    [InlineData("2 4\na 1 2 3\nb 3 4 5\n", "line 2: it has 3 numbers, but the header states 4")]
    [InlineData("2 2000000000\na 1 2\n", "line 2: it has 2 numbers, but the header states 2000000000")]
    [InlineData("3 2 1\na 1 2 3 4\n", "line 2: it has 4 numbers, but line 1 has 2")]
    [InlineData("a 1 2\nb 3 x\n", "line 2: number 2 of b cannot be read, 'x'")]
    [InlineData("a 1 2\nb 3 4x\n", "line 2: number 2 of b cannot be read, '4x'")]
    [InlineData("a 1 inf 3\nb 1 2 3\n", "line 1: number 2 of a cannot be read, 'inf'")]
    [InlineData("a 1 2\nb 0,5 4\n", "line 2: number 1 of b cannot be read, '0,5'")]
    [InlineData("a 1 2\nb NaN 3\n", "line 2: number 1 of b is not a number, NaN")]
    [InlineData("a 1 2\nb 3 -Infinity\n", "line 2: number 2 of b is beyond float32, -Infinity")]
    [InlineData("a 1 2\nb 1e39 3\n", "line 2: number 1 of b is beyond float32, 1e39")]
    [InlineData("a -4e38 2\n", "line 1: number 1 of a is beyond float32, -4e38")]
    [InlineData("a 1 2\n\n\nb 1 3\n", "line 2: it is empty, and vectors follow")]
    [InlineData("\na 1 2\n", "line 1: it is empty, and vectors follow")]
    [InlineData("a\n", "line 1: it has no numbers")]
    [InlineData("words 2 dimensions\na 1 2\n", "line 1: it has no numbers")]
    [InlineData("word,d1,d2\na,1,2\n", "line 1: it has no numbers")]
    [InlineData("<!DOCTYPE html>\n", "line 1: it has no numbers")]
    [InlineData("3 2\na 1 2\nb 3 4\n", ": the header in line 1 states 3 vectors, but 2 follow")]
    [InlineData("2 3\n", ": the header in line 1 states 2 vectors, but 0 follow")]
    [InlineData("1 2\na 1 2\nb 3 4\n", "line 3: it is one more vector than the header in line 1 states, 1")]
    [InlineData("a 1 2\nb 3 4\0\n", "line 2: number 2 of b cannot be read")]
    [InlineData("a\0 1 2\0\n", " is not a text file")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 9\n", "run `git lfs pull`")]
    public void What_cannot_be_a_vector_is_refused_with_its_line(string content, string reason)
    {
        var message = Refusal(content);
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.StartsWith(folder["vectors"], message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new byte[] { (byte)'P', (byte)'K', 3, 4, 20, 0, 10, 13 }, "zip archive: unpack it")]
    [InlineData(new byte[] { (byte)'B', (byte)'Z', (byte)'h', (byte)'9', 10 }, "bzip2: decompress it")]
    [InlineData(new byte[] { 0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, 10 }, "xz: decompress it")]
    [InlineData(new byte[] { 0x28, 0xB5, 0x2F, 0xFD, 10 }, "zstd: decompress it")]
    [InlineData(new byte[] { (byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C }, "7z archive: unpack it")]
    [InlineData(new byte[] { 0xFF, 0xFE, (byte)'a', 0, (byte)' ', 0, (byte)'1', 0, 10, 0 }, "UTF-16: save it as UTF-8")]
    [InlineData(new byte[] { 0xFE, 0xFF, 0, (byte)'a', 0, 10 }, "UTF-16: save it as UTF-8")]
    [InlineData(new byte[] { 0xBA, 0x16, 0x4F, 0x2F, 12, 0, 0, 0, 10 }, "load_facebook_vectors")]
    [InlineData(new byte[] { 0x80, 4, 0x95, 10, 13 }, "KeyedVectors.load(FILE).save_word2vec_format")]
    public void Another_format_is_named_with_the_command_that_converts_it(byte[] content, string reason)
    {
        File.WriteAllBytes(folder["vectors"], content);
        Assert.Contains(reason, Refusal(), StringComparison.Ordinal);
        File.WriteAllBytes(folder["vectors"], Gzip(content, CompressionLevel.Fastest));
        Assert.Contains(reason, Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_tar_archive_in_gzip_is_named()
    {
        using var archive = new MemoryStream();
        using (var tar = new System.Formats.Tar.TarWriter(archive, leaveOpen: true))
            tar.WriteEntry(new System.Formats.Tar.UstarTarEntry(System.Formats.Tar.TarEntryType.RegularFile, "a.txt")
            {
                DataStream = new MemoryStream([.. "a 1 2\n"u8]),
            });
        File.WriteAllBytes(folder["vectors"], Gzip(archive.ToArray(), CompressionLevel.Fastest));
        Assert.Contains("tar archive: unpack it", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void Word2vecs_binary_format_is_named_with_the_command_that_converts_it()
    {
        using var content = new MemoryStream();
        content.Write("2 4\n"u8);
        foreach (var word in new[] { "the", "a" })
        {
            content.Write(Encoding.UTF8.GetBytes($"{word} "));
            var numbers = new byte[16];
            for (var d = 0; d < 4; d++)
                BinaryPrimitives.WriteSingleLittleEndian(numbers.AsSpan(4 * d), -0.1f * (d + 1));
            content.Write(numbers);
            content.WriteByte((byte)'\n');
        }
        File.WriteAllBytes(folder["vectors"], content.ToArray());
        Assert.Contains("load_word2vec_format(FILE, binary=True)", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_header_before_a_word_that_is_not_ascii_is_no_binary_format() =>
        Assert.Equal("東 京:1,2 b:3,4", Vectors("2 2\n東 京 1 2\nb 3 4\n"));

    [Fact]
    public void A_word_that_is_not_utf_8_is_refused_with_its_line()
    {
        File.WriteAllBytes(folder["vectors"], [.. "a 1 2\ncaf"u8, 0xE9, .. " 3 4\n"u8]);
        Assert.Contains("line 2: the word 'caf\uFFFD' is not UTF-8; convert", Refusal(), StringComparison.Ordinal);
    }

    /// <summary>GZipStream reports none of these; a stored block that is cut at a line end looks complete.</summary>
    [Theory]
    [InlineData(CompressionLevel.NoCompression)]
    [InlineData(CompressionLevel.Optimal)]
    public void A_gzip_file_that_is_cut_off_is_refused_wherever_it_is_cut(CompressionLevel level)
    {
        var bytes = Gzip(Encoding.UTF8.GetBytes("a 1 2\nb 3 4\nc 5 6\n"), level);
        for (var length = 10; length < bytes.Length; length++)
        {
            File.WriteAllBytes(folder["vectors"], bytes[..length]);
            Assert.Contains("was it downloaded whole?", Refusal(), StringComparison.Ordinal);
        }
        File.WriteAllBytes(folder["vectors"], bytes);
        Assert.Equal("a:1,2 b:3,4 c:5,6", Vectors());
    }

    [Fact]
    public void Gzip_files_that_are_joined_are_one_file()
    {
        File.WriteAllBytes(
            folder["vectors"],
            [.. Gzip([.. "a 1 2\n"u8], CompressionLevel.Fastest), .. Gzip([.. "b 3 4\n"u8], CompressionLevel.Fastest)]);
        Assert.Equal("a:1,2 b:3,4", Vectors());
    }

    /// <summary>A matrix must not be stored under the hash of another content.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void The_hash_is_that_of_the_bytes_that_were_read(bool isGzip)
    {
        // More than the buffer of a stream, which would have the earlier bytes.
        var content = Encoding.ASCII.GetBytes(
            string.Concat(Enumerable.Range(0, 20_000).Select(word => $"w{word} 1 2\n")));
        var bytes = isGzip ? Gzip(content, CompressionLevel.NoCompression) : content;
        File.WriteAllBytes(folder["vectors"], bytes);
        using var file = new GloveFile(folder["vectors"]);
        while (file.Next(CancellationToken.None))
        {
        }

        // In place, as rsync --inplace does, so that a handle that is open has the new bytes.
        using (var changed = new FileStream(
            folder["vectors"], FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            changed.Write(new byte[bytes.Length]);

        Assert.Equal(
            Convert.ToHexStringLower(SHA256.HashData(bytes)), file.Sha256(CancellationToken.None));
    }

    [Fact]
    public void A_gzip_file_with_zeros_at_its_end_is_read_and_hashed_to_its_end()
    {
        byte[] bytes = [.. Gzip([.. "a 1 2\nb 3 4\n"u8], CompressionLevel.Fastest), .. new byte[200_000]];
        File.WriteAllBytes(folder["vectors"], bytes);
        var summary = VectorSummary.Read(folder["vectors"], CancellationToken.None);
        Assert.Equal((2, Convert.ToHexStringLower(SHA256.HashData(bytes))), (summary.Words, summary.Sha256));
    }

    [Fact]
    public void A_line_without_an_end_is_refused_before_it_fills_the_memory()
    {
        File.WriteAllBytes(
            folder["vectors"], Gzip(Encoding.ASCII.GetBytes(new string('1', 70 << 20)), CompressionLevel.Fastest));
        Assert.Contains("line 1: it has more than 64 MiB", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_summary_counts_words_and_those_that_occur_again()
    {
        File.WriteAllText(folder["vectors"], "a 1 2\nb 3 4\na 5 6\na 7 8\nB 3 4\n");
        var summary = VectorSummary.Read(folder["vectors"], CancellationToken.None);
        Assert.Equal((5, 2, 2), (summary.Words, summary.Dimensions, summary.Duplicates));
    }

    private string Refusal(string content)
    {
        File.WriteAllText(folder["vectors"], content);
        return Refusal();
    }

    /// <summary>The reason for which both the inventory and a run refuse the file.</summary>
    private string Refusal()
    {
        var message = Assert.Throws<InvalidDataException>(
            () => VectorSummary.Read(folder["vectors"], CancellationToken.None)).Message;
        var builder = new TokenisedDatasetBuilder("hash", 2);
        builder.Add("train", ["a"], 0);
        Assert.Equal(
            message,
            Assert.Throws<InvalidDataException>(
                () => WordVectors.Reduce(folder["vectors"], "toy", builder.Build())).Message);
        return message;
    }

    private string Vectors(string content)
    {
        File.WriteAllText(folder["vectors"], content);
        return Vectors();
    }

    private string Vectors()
    {
        using var file = new GloveFile(folder["vectors"]);
        var vectors = new List<string>();
        while (file.Next(CancellationToken.None)) vectors.Add($"{file.Word}:{string.Join(',', file.Values)}");
        return string.Join(' ', vectors);
    }

    private static byte[] Gzip(byte[] content, CompressionLevel level)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, level)) gzip.Write(content);
        return packed.ToArray();
    }
}
