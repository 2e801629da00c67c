using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;
using System.Text;
using PieService.Domain.Datasets;
using PieService.Domain.Tests.Datasets;

namespace PieService.Domain.Tests.Files;

/// <summary>
/// Zip archives whose directory has another value than the archive for the second of its three files.
/// </summary>
public sealed class ZipArchiveTests : IDisposable
{
    /// <summary>Offsets in an entry of the directory.</summary>
    private const int Flags = 8, Method = 10, Checksum = 16, Packed = 20, Length = 24, Attributes = 38, Header = 42;

    private const string WrongLength = "the length of the file does not match the directory of the zip archive";
    private const string Overlap =
        "overlaps with another entry or with the directory of the zip archive; create the archive again";

    private static readonly string Pairs = string.Concat(Enumerable.Range(0, 50).Select(i =>
        $"{{\"gold_label\":\"{(i % 2 == 0 ? "neutral" : "entailment")}\",\"sentence1\":\"a "
        + $"{i}\",\"sentence2\":\"b\",\"pairID\":\"{i}\"}}\n"));

    private readonly SampleFiles files = new()
    {
        Definition = new DatasetDefinition
        {
            Name = "snli",
            Task = LearningTask.SingleLabel,
            Format = DatasetFormat.Snli,
        },
    };

    public void Dispose() => files.Dispose();

    [Theory]
    [InlineData(CompressionLevel.Optimal, false)]
    [InlineData(CompressionLevel.Optimal, true)]
    [InlineData(CompressionLevel.NoCompression, false)]
    public void Compressed_and_stored_files_are_read_with_their_lengths_before_or_after_them(
        CompressionLevel level, bool isStreamed)
    {
        var zip = Zip(level, isStreamed);
        Assert.Equal(level == CompressionLevel.NoCompression ? 0 : 8, zip[Second(zip) + Method]);

        Assert.Equal(150, files.With("file", zip).Examples().Count);
    }

    /// <summary>As Inspect writes the samples of its logs.</summary>
    [Fact]
    public void A_file_of_several_Zstandard_frames_is_read()
    {
        var content = Encoding.UTF8.GetBytes(Pairs);
        var zip = Zip(
            CompressionLevel.NoCompression,
            packed: [.. PackedFiles.Zstandard(content[..1000]), .. PackedFiles.Zstandard(content[1000..])]);
        Change(zip, Method, value => value + 93);
        Change(zip, Length, _ => (uint)content.Length);
        Change(zip, Checksum, _ => Crc32.HashToUInt32(content));

        Assert.Equal(150, files.With("file", zip).Examples().Count);

        Change(zip, Checksum, value => value + 1);
        AssertRefused(
            zip, "is damaged: its checksum does not match the directory of the zip archive; is the upload complete?");
    }

    [Theory]
    [InlineData(CompressionLevel.Optimal)]
    [InlineData(CompressionLevel.NoCompression)]
    public void A_file_that_is_longer_than_its_length_is_refused_rather_than_truncated(CompressionLevel level)
    {
        // The length ends at the end of a line, and the checksum is that of the bytes before it.
        var (zip, length) = (Zip(level), Pairs[..^1].LastIndexOf('\n') + 1);
        Change(zip, Length, _ => (uint)length);
        Change(zip, Checksum, _ => Crc32.HashToUInt32(Encoding.UTF8.GetBytes(Pairs[..length])));

        AssertRefused(zip, WrongLength);
    }

    [Theory]
    [InlineData(Length, 1, WrongLength)]
    [InlineData(
        Checksum, 1,
        "is damaged: its checksum does not match the directory of the zip archive; is the upload complete?")]
    [InlineData(Packed, -10, WrongLength)]
    [InlineData(Packed, 1, Overlap)]
    [InlineData(Packed, 31, Overlap)]
    [InlineData(
        Header, 1,
        "the zip archive is damaged: the file is not at the offset in its directory; is the upload complete?")]
    [InlineData(Header, 1 << 30, Overlap)]
    [InlineData(Flags, 1, "is encrypted; create the zip archive again without a password")]
    [InlineData(Method, 1, "has an unsupported compression method; create the zip archive again with deflate")]
    public void The_entry_of_a_file_in_the_directory_is_checked(int place, int more, string message)
    {
        var zip = Zip();
        Change(zip, place, value => (uint)(value + more));

        AssertRefused(zip, message);
    }

    /// <summary>The values are Unix modes.</summary>
    [Theory]
    [InlineData(0xA1FF)]
    [InlineData(0x21B6)]
    [InlineData(0x11B6)]
    [InlineData(0x41ED)]
    [InlineData(0x81A4, true)]
    [InlineData(0x0000, true)]
    public void A_link_a_device_a_pipe_or_a_folder_is_not_read_as_a_file(int mode, bool isFile = false)
    {
        var zip = Zip();
        Change(zip, Attributes, _ => (uint)mode << 16);

        if (isFile) Assert.Equal(150, files.With("file", zip).Examples().Count);
        else AssertRefused(zip, "is a link or a device, not a file");
    }

    [Fact]
    public void Two_entries_at_the_same_position_are_refused()
    {
        var zip = Zip();
        Change(zip, Header, _ => 0);

        AssertRefused(zip, Overlap, "file/snli_1.0_train.jsonl");
    }

    [Fact]
    public void A_wrong_number_of_entries_is_refused()
    {
        var zip = Zip();
        zip[^12] = 4;

        AssertRefused(
            zip,
            "the zip archive is damaged: the number of its entries does not match its end record; is the upload " +
            "complete?",
            "file");
    }

    /// <param name="packed">The bytes of the second file; null for those of the others.</param>
    private static byte[] Zip(
        CompressionLevel level = CompressionLevel.Optimal, bool isStreamed = false, byte[]? packed = null)
    {
        using var stream = isStreamed ? new OneWay() : new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in new[] { "train", "dev", "test" })
            {
                using var entry = archive.CreateEntry($"snli_1.0_{name}.jsonl", level).Open();
                entry.Write(name == "dev" && packed is not null ? packed : Encoding.UTF8.GetBytes(Pairs));
            }
        }
        return stream.ToArray();
    }

    private static void Change(byte[] zip, int place, Func<uint, uint> change)
    {
        var bytes = zip.AsSpan(Second(zip) + place, 4);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, change(BinaryPrimitives.ReadUInt32LittleEndian(bytes)));
    }

    private static int Second(byte[] zip)
    {
        var first = zip.AsSpan().IndexOf("PK\x01\x02"u8);
        return first + 4 + zip.AsSpan(first + 4).IndexOf("PK\x01\x02"u8);
    }

    private void AssertRefused(byte[] zip, string message, string file = "file/snli_1.0_dev.jsonl")
    {
        var refusal = files.With("file", zip).Refusal();

        Assert.Equal((file, message), (refusal.File, refusal.Message));
    }

    /// <summary>A stream without seeking, so that a writer cannot return to a header.</summary>
    private sealed class OneWay : MemoryStream
    {
        public override bool CanSeek => false;
    }
}
