using System.IO.Compression;
using System.IO.Hashing;
using PieService.Domain.Tests.Datasets;
using SharpCompress.Compressors.BZip2;
using ZstdSharp;
using ZstdSharp.Unsafe;

namespace PieService.Domain.Tests.Files;

/// <summary>Compressed files, as common programs write them.</summary>
internal static class PackedFiles
{
    public static readonly IReadOnlyDictionary<string, Func<byte[], byte[]>> All =
        new Dictionary<string, Func<byte[], byte[]>>
        {
            ["gzip"] = SampleFiles.Gzip,
            ["zip"] = content => Zip(("data.csv", content)),
            ["bzip2"] = Bzip2,
            ["xz"] = Xz,
            ["zstd"] = Zstandard,
        };

    public static byte[] Zip(params (string Name, byte[] Content)[] files)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(content);
            }
        }
        return stream.ToArray();
    }

    public static byte[] Bzip2(byte[] content)
    {
        using var stream = new MemoryStream();
        using (var bzip2 = BZip2Stream.Create(
            stream, SharpCompress.Compressors.CompressionMode.Compress, decompressConcatenated: false, leaveOpen: true))
            bzip2.Write(content, 0, content.Length);
        return stream.ToArray();
    }

    /// <summary>With a checksum, as the program zstd writes it.</summary>
    public static byte[] Zstandard(byte[] content)
    {
        using var compressor = new Compressor();
        compressor.SetParameter(ZSTD_cParameter.ZSTD_c_checksumFlag, 1);
        return compressor.Wrap(content).ToArray();
    }

    /// <summary>A stream of one block without compression, since no library here writes xz.</summary>
    public static byte[] Xz(byte[] content) => Xz(content, dictionary: 16);

    /// <param name="dictionary">The size of the dictionary as the format codes it; 16 is 1 MiB.</param>
    public static byte[] Xz(byte[] content, byte dictionary)
    {
        var chunks = content.Chunk(60_000).SelectMany((chunk, i) => (byte[])[
            (byte)(i == 0 ? 1 : 2), (byte)((chunk.Length - 1) >> 8), (byte)(chunk.Length - 1), .. chunk]);
        byte[] data = [.. chunks, 0];
        byte[] flags = [0, 1], head = [2, 0, 0x21, 1, dictionary, 0, 0, 0];
        byte[] block = [.. Summed(head), .. data];
        byte[] index = [0, 1, .. VarInt(block.Length + 4), .. VarInt(content.Length)];
        index = Summed([.. index, .. new byte[-index.Length & 3]]);
        byte[] end = [.. BitConverter.GetBytes((index.Length / 4) - 1), .. flags];
        return [
            0xFD, .. "7zXZ"u8, 0, .. Summed(flags), .. block, .. new byte[-block.Length & 3], .. Crc32.Hash(content),
            .. index, .. Crc32.Hash(end), .. end, .. "YZ"u8];
    }

    private static byte[] Summed(byte[] bytes) => [.. bytes, .. Crc32.Hash(bytes)];

    private static byte[] VarInt(int value)
    {
        var bytes = new List<byte>();
        for (; value >= 0x80; value >>= 7) bytes.Add((byte)(value | 0x80));
        return [.. bytes, (byte)value];
    }
}
