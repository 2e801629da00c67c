using System.Text;
using PieService.Archives;
using PieService.Domain.Files;
using PieService.Domain.Tests.Datasets;

namespace PieService.Domain.Tests.Files;

public sealed class CompressedFileTests : IDisposable
{
    private const string Test = "label,text\na,x\nb,y\n";

    private static readonly byte[] Train = Bytes(
        "label,text\n"
        + string.Concat(Enumerable.Range(0, 900).Select(i => $"{"ab"[i % 2]},text {i * 7919 % 1009} é\n")));

    /// <summary>What the program xz writes, by its options: --check and --block-size.</summary>
    private static readonly Dictionary<string, string> FilesOfXz = new()
    {
        ["crc32"] =
            "/Td6WFoAAAFpIt42AgAhARYAAAB0L+Wj4AG9AJRdADYYSHP8EnVuh/fdxfzyvH4DbFBSDQiE058p+UBEl9SKtBGdQXZ7" +
            "ulKT20TbJOhTyxaVksKUcAswqQQokflbLKVNcEC15DrreZkquRiyNFaLw2kQI1knE3mHgvsaEcf5FBAk5uDAa3SiUxH8" +
            "I6D38bdGK17PV3tALJvFlt1RXW7ZtQBRMVfxkRldhJFZKIQznDc0QAAAFLuL9AABrAG+AwAACKsAbz4wDYsCAAAAAAFZ" +
            "Wg==",
        ["sha256"] =
            "/Td6WFoAAArh+wyhAgAhARYAAAB0L+Wj4AG9AJRdADYYSHP8EnVuh/fdxfzyvH4DbFBSDQiE058p+UBEl9SKtBGdQXZ7" +
            "ulKT20TbJOhTyxaVksKUcAswqQQokflbLKVNcEC15DrreZkquRiyNFaLw2kQI1knE3mHgvsaEcf5FBAk5uDAa3SiUxH8" +
            "I6D38bdGK17PV3tALJvFlt1RXW7ZtQBRMVfxkRldhJFZKIQznDc0QAAAXjLqd1lW6zLkqvfwySBSDsyc/GlwntZ+NdOn" +
            "hqazvvIAAcgBvgMAAETmZfy26d8cAgAAAAAKWVo=",
        ["none"] =
            "/Td6WFoAAAD/EtlBAgAhARYAAAB0L+Wj4AG9AJRdADYYSHP8EnVuh/fdxfzyvH4DbFBSDQiE058p+UBEl9SKtBGdQXZ7" +
            "ulKT20TbJOhTyxaVksKUcAswqQQokflbLKVNcEC15DrreZkquRiyNFaLw2kQI1knE3mHgvsaEcf5FBAk5uDAa3SiUxH8" +
            "I6D38bdGK17PV3tALJvFlt1RXW7ZtQBRMVfxkRldhJFZKIQznDc0QAAAAAGoAb4DAAAe6ZH0qAAK/AIAAAAAAFla",
        ["blocks"] =
            "/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4ADHAFRdADYYSHP8EnVuh/fdxfzyvH4DbFBSDQiE058p+UBEl9SKtBGdQXZ7" +
            "ulKT20TbJOhTyxaVksKUcAswqQQokflbLKVNcEC15DrreZkquRiyNFaLmzZYAAAZE4+BegYxQQIAIQEWAAAAdC/lo+AA" +
            "xwBTXQAQDQKLe23cbSWgDF5ysQq3cwrP2TrgAOs5ra5rbACAbthKMxg6fZZdcB3abOSabuCaNlyKbPehlxjHJBPobqXb" +
            "ZbtyB9Aho31dtGB0RJnWhlW+IwAAtILS+t5eNNQCACEBFgAAAHQv5aPgAC0AIV0AHOAkyjutO2x9amCOvAJifbunC6RZ" +
            "5gh8mf5TtT9acu2GAAAAAGWfn6jpgjjiAANwyAFvyAE9LgAAy0Z8VhQXOzADAAAAAARZWg==",
    };

    private readonly SampleFiles files = new();

    public void Dispose() => files.Dispose();

    public static TheoryData<string> Kinds() => [.. PackedFiles.All.Keys];

    public static TheoryData<string> OptionsOfXz() => [.. FilesOfXz.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_compressed_file_is_detected_by_its_content(string kind) =>
        Assert.Equal(Hash(Train), Hash(PackedFiles.All[kind](Train)));

    /// <summary>The disk of the service is at fault then, not the upload.</summary>
    [Theory]
    [InlineData("bzip2")]
    [InlineData("xz")]
    public void An_error_of_the_disk_is_not_reported_as_a_damaged_file(string kind)
    {
        var path = Path.GetTempFileName();
        File.WriteAllBytes(path, PackedFiles.All[kind](Train));
        try
        {
            using var file = new FaultyDisk(path);
            // The class is internal, and no file of a test fails after its first bytes.
            var reader = typeof(SourceFile).Assembly
                .GetType($"PieService.Domain.Files.Compressed.{(kind == "xz" ? "XzFile" : "Bzip2File")}", true)!;
            using var unpacked = (Stream)Activator.CreateInstance(reader, file)!;

            Assert.Throws<IOException>(() => unpacked.CopyTo(Stream.Null));
        }
        finally
        {
            File.Delete(path);
        }
    }

    private sealed class FaultyDisk(string path) : FileStream(path, FileMode.Open, FileAccess.Read)
    {
        public override int Read(Span<byte> buffer) =>
            Position == 0 ? base.Read(buffer[..32]) : throw new IOException("Input/output error");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Each_prefix_of_a_compressed_file_is_refused(string kind)
    {
        var whole = PackedFiles.All[kind](Train);
        for (var length = 10; length < whole.Length; length += length < whole.Length - 40 ? 31 : 1)
            AssertRefused(whole[..length], $"{length} of {whole.Length} bytes");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_changed_byte_of_a_compressed_file_is_refused_or_has_no_effect(string kind)
    {
        var (whole, hash) = (PackedFiles.All[kind](Train), Hash(Train));
        for (var place = 0; place < whole.Length; place += 23)
        {
            var damaged = (byte[])whole.Clone();
            damaged[place] ^= (byte)(1 << (place % 8));
            AssertRefusedOr(hash, damaged, $"byte {place} of {whole.Length}");
        }
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("bzip2")]
    [InlineData("xz")]
    [InlineData("zstd")]
    public void A_compressed_file_may_have_several_parts(string kind)
    {
        var pack = PackedFiles.All[kind];

        Assert.Equal(Hash(Train), Hash([.. pack(Train[..5000]), .. pack(Train[5000..])]));
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("bzip2")]
    [InlineData("xz")]
    public void Zeros_behind_a_compressed_file_are_padding_and_other_bytes_are_not(string kind)
    {
        var whole = PackedFiles.All[kind](Train);
        foreach (var zeros in new[] { 4, 512, 200_000 })
            Assert.Equal(Hash(Train), Hash([.. whole, .. new byte[zeros]]));

        AssertRefused([.. whole, .. new byte[512], 1], "a byte behind the zeros");
        // The format of xz allows it.
        if (kind != "xz") AssertRefused([.. whole, .. new byte[512], .. whole], "a file behind the zeros");
        AssertRefused([.. whole[..^20], .. new byte[512]], "cut off, and then padded");
    }

    /// <summary>The last bytes of a gzip file, its length, are zeros as often as not.</summary>
    [Fact]
    public void A_gzip_file_that_ends_with_zeros_of_its_own_is_still_found_cut_off()
    {
        var whole = SampleFiles.Gzip(Train);
        Assert.Equal([0, 0], whole[^2..]);

        Assert.Equal(Hash(Train), Hash([.. whole, 0]));
        AssertRefused(whole[..^1], "without its last zero");
        AssertRefused(whole[..^2], "without its last zeros");
    }

    [Theory]
    [MemberData(nameof(OptionsOfXz))]
    public void What_xz_writes_is_read(string options)
    {
        var whole = Convert.FromBase64String(FilesOfXz[options]);
        var content = Bytes(
            "label,text\n"
            + string.Concat(Enumerable.Range(0, 40).Select(i => $"{"ab"[i % 2]},text {i * 7919 % 1009}\n")));

        Assert.Equal(Hash(content), Hash(whole));
        Assert.Equal(Hash([.. content, .. content["label,text\n".Length..]]), Hash([.. whole, .. PackedFiles.Xz(
            content["label,text\n".Length..])]));
        for (var length = 10; length < whole.Length; length++) AssertRefused(whole[..length], $"{length} bytes");
    }

    [Fact]
    public void A_large_dictionary_of_xz_is_refused_before_there_is_room_for_it()
    {
        Assert.Equal(Hash(Train), Hash(PackedFiles.Xz(Train, dictionary: 30)));
        Assert.Contains(
            "dictionaries of more than 128 MiB", Refusal(PackedFiles.Xz(Train, dictionary: 31)).Message,
            StringComparison.Ordinal);
        Assert.Contains(
            "dictionaries of more than 128 MiB", Refusal(PackedFiles.Xz(Train, dictionary: 40)).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void A_file_that_decompresses_to_too_much_is_refused(string kind)
    {
        var bomb = PackedFiles.All[kind](new byte[4 * 1024 * 1024]);
        files.Limits = files.Limits with { FileBytes = 100_000, RecordCharacters = int.MaxValue / 2 };
        var content = Bytes("label,text\na," + new string('x', 4 * 1024 * 1024));

        Assert.Contains(
            kind == "zip" ? "the zip archive unpacks to more" : "more than 100000 bytes",
            files.With("train", PackedFiles.All[kind](content)).With("test", Test).Refusal().Message,
            StringComparison.Ordinal);
        Assert.InRange(bomb.Length, 0, kind == "xz" ? int.MaxValue : 100_000);
    }

    [Fact]
    public void Folders_and_what_macOS_adds_are_not_files_of_a_zip_archive() =>
        Assert.Equal(
            Hash(Train),
            Hash(PackedFiles.Zip(
                ("data/", []), ("data/reviews.csv", Train), ("__MACOSX/data/._reviews.csv", [1, 2]),
                ("data/.DS_Store", [3]))));

    [Fact]
    public void A_zip_archive_of_several_files_is_refused_with_their_names()
    {
        var refusal = Refusal(PackedFiles.Zip(("a.csv", Train), ("b\nc.csv", Train)));

        Assert.StartsWith(
            "the zip archive has 2 files ('a.csv', 'b\uFFFDc.csv'), and only an archive of one file is read; unpack it",
            refusal.Message, StringComparison.Ordinal);
        Assert.Equal("train", refusal.File);
    }

    [Theory]
    [InlineData("xl/workbook.xml", "the file is an Excel workbook (.xlsx); save the table as CSV (UTF-8)")]
    [InlineData("word/document.xml", "the file is a Word document (.docx); save the table as CSV (UTF-8)")]
    public void An_Office_document_is_refused_by_name(string name, string message) =>
        Assert.StartsWith(
            message, Refusal(PackedFiles.Zip(("[Content_Types].xml", [1]), (name, [2]))).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("7z\u00BC\u00AF\u0027\u001C", "a 7-Zip archive")]
    [InlineData("Rar!\u001A\u0007\u0000", "a RAR archive")]
    [InlineData("PAR1\u0015", "a Parquet file; set 'format' to parquet")]
    [InlineData("\u00D0\u00CF\u0011\u00E0\u00A1\u00B1\u001A\u00E1", "an Excel workbook (.xls)")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:12\nsize 3\n", "a Git LFS pointer")]
    [InlineData("<!DOCTYPE html>\n<html>", "a web page")]
    [InlineData("\u0080\u0004\u0095\u00F0\u0001", "a Python pickle")]
    public void A_file_that_is_not_a_table_is_named(string content, string message) =>
        Assert.StartsWith(
            "the file is " + message, Refusal(Encoding.Latin1.GetBytes(content)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_tar_archive_in_place_of_a_table_is_named() =>
        Assert.Equal(
            "the file is a tar archive; unpack it, and send the file in it",
            Refusal(SampleFiles.Gzip(ArchiveFiles.Tar(("train.csv", "label,text\na,x\n")))).Message);

    [Fact]
    public void A_file_that_is_compressed_twice_is_refused() =>
        Assert.Equal(
            "the file is compressed twice; decompress it once before you send it",
            Refusal(SampleFiles.Gzip(PackedFiles.Zip(("a.csv", Train)))).Message);

    private static byte[] Bytes(string content) => Encoding.UTF8.GetBytes(content);

    private static string Hash(byte[] train)
    {
        using var sample = new SampleFiles().With("train", train).With("test", Test);
        return sample.Read().ContentHash;
    }

    private static UnreadableFileException Refusal(byte[] train)
    {
        using var sample = new SampleFiles().With("train", train).With("test", Test);
        return sample.Refusal();
    }

    private static void AssertRefused(byte[] train, string what)
    {
        using var sample = new SampleFiles().With("train", train).With("test", Test);
        var refusal = Record.Exception(() => sample.Read());
        Assert.True(refusal is UnreadableFileException, $"{what}: {refusal}");
        Assert.True(
            refusal.Message.Contains("is the upload complete?", StringComparison.Ordinal),
            $"{what}: {refusal.Message}");
    }

    private static void AssertRefusedOr(string hash, byte[] train, string what)
    {
        using var sample = new SampleFiles().With("train", train).With("test", Test);
        var read = "";
        var refusal = Record.Exception(() => read = sample.Read().ContentHash);
        Assert.True(refusal is UnreadableFileException || read == hash, $"{what}: {refusal}");
    }
}
