using System.Buffers.Binary;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace PieService.Archives;

/// <summary>Generated archives: valid ones, and hostile ones.</summary>
internal static class ArchiveFiles
{
    /// <param name="files">The files; their contents are encoded in Latin-1.</param>
    public static byte[] Tar(params IEnumerable<(string Name, string Content)> files) =>
        Tar(files.Select(file => new PaxTarEntry(TarEntryType.RegularFile, file.Name)
        {
            DataStream = new MemoryStream(Encoding.Latin1.GetBytes(file.Content)),
        }));

    public static byte[] Tar(IEnumerable<TarEntry> entries)
    {
        using var stream = new MemoryStream();
        using (var writer = new TarWriter(stream, leaveOpen: true))
            foreach (var entry in entries) writer.WriteEntry(entry);
        return stream.ToArray();
    }

    /// <param name="files">The files; their contents are encoded in UTF-8.</param>
    public static byte[] Zip(params IEnumerable<(string Name, string Content)> files)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in files)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(content));
            }
        }
        return stream.ToArray();
    }

    /// <summary>Some 70 KB of gzip: an entry with a declared size of 8 GiB, of which 64 MiB of zeros follow.</summary>
    public static byte[] TarBomb()
    {
        using var bomb = new MemoryStream();
        using (var gzip = new GZipStream(bomb, CompressionLevel.Optimal, leaveOpen: true))
        {
            gzip.Write(Header(1L << 33));
            var zeros = new byte[1024 * 1024];
            for (var i = 0; i < 64; i++) gzip.Write(zeros);
        }
        return bomb.ToArray();
    }

    /// <summary>
    /// The header of an entry of this size: of a file, or an extended header, which belongs to the next entry.
    /// </summary>
    public static byte[] Header(long size, bool isExtended = false)
    {
        var header = Tar(("aclImdb/README", ""))[(isExtended ? ..512 : 1024..1536)];
        Encoding.ASCII.GetBytes(Convert.ToString(size, 8).PadLeft(11, '0') + "\0").CopyTo(header, 124);
        Encoding.ASCII.GetBytes("        ").CopyTo(header, 148);
        Encoding.ASCII.GetBytes(Convert.ToString(header.Sum(value => (int)value), 8).PadLeft(6, '0') + "\0 ")
            .CopyTo(header, 148);
        return header;
    }

    /// <summary>A zip archive whose entries all refer to one empty file.</summary>
    /// <param name="said">The number of entries that the archive declares.</param>
    public static byte[] ZipOf(int entries, ushort said)
    {
        var zip = Zip(("snli_1.0_train.jsonl", ""));
        var end = zip.AsSpan().LastIndexOf("PK\x05\x06"u8);
        var begin = BinaryPrimitives.ReadInt32LittleEndian(zip.AsSpan(end + 16));
        var entry = zip[begin..end];
        var many = new byte[begin + ((long)entries * entry.Length) + (zip.Length - end)];
        zip.AsSpan(0, begin).CopyTo(many);
        for (var i = 0; i < entries; i++) entry.CopyTo(many, begin + (i * entry.Length));
        zip.AsSpan(end).CopyTo(many.AsSpan(many.Length - (zip.Length - end)));
        BinaryPrimitives.WriteUInt16LittleEndian(many.AsSpan(many.Length - 14), said);
        BinaryPrimitives.WriteUInt16LittleEndian(many.AsSpan(many.Length - 12), said);
        return many;
    }

    /// <summary>An archive that has all sizes and offsets in the zip64 extension, as one of more than 4 GiB.</summary>
    /// <param name="files">The files; their contents are encoded in UTF-8.</param>
    public static byte[] Zip64(params IEnumerable<(string Name, string Content)> files)
    {
        var zip = Zip(files);
        var end = zip.AsSpan().LastIndexOf("PK\x05\x06"u8);
        var begin = BinaryPrimitives.ReadInt32LittleEndian(zip.AsSpan(end + 16));
        var (directory, entries) = (new MemoryStream(), 0);
        for (var at = begin; at < end; entries++)
        {
            var entry = zip.AsSpan(at, 46 + BinaryPrimitives.ReadInt16LittleEndian(zip.AsSpan(at + 28))).ToArray();
            at += entry.Length + BinaryPrimitives.ReadInt16LittleEndian(zip.AsSpan(at + 30));
            var field = new byte[28];
            field[0] = 1;
            field[2] = 24;
            foreach (var (place, from) in new[] { (4, 24), (12, 20), (20, 42) })
            {
                entry.AsSpan(from, 4).CopyTo(field.AsSpan(place));
                entry.AsSpan(from, 4).Fill(byte.MaxValue);
            }
            BinaryPrimitives.WriteInt16LittleEndian(entry.AsSpan(30), (short)field.Length);
            directory.Write([.. entry, .. field]);
        }
        var record = begin + directory.Length;
        directory.Write([.. "PK\x06\x06"u8, .. new byte[52]]);
        directory.Write([.. "PK\x06\x07"u8, .. new byte[16]]);
        var ending = directory.ToArray().AsSpan((int)(record - begin));
        BinaryPrimitives.WriteInt64LittleEndian(ending[4..], 44);
        BinaryPrimitives.WriteInt64LittleEndian(ending[24..], entries);
        BinaryPrimitives.WriteInt64LittleEndian(ending[32..], entries);
        BinaryPrimitives.WriteInt64LittleEndian(ending[40..], record - begin);
        BinaryPrimitives.WriteInt64LittleEndian(ending[48..], begin);
        BinaryPrimitives.WriteInt64LittleEndian(ending[64..], record);
        BinaryPrimitives.WriteInt32LittleEndian(ending[72..], 1);
        var last = zip[end..];
        last.AsSpan(8, 12).Fill(byte.MaxValue);
        return [.. zip[..begin], .. directory.ToArray()[..(int)(record - begin)], .. ending, .. last];
    }

    /// <summary>
    /// The same archive, but its end record declares a directory of one entry. The disk number of that record, 65,535,
    /// gives precedence to the zip64 extension, which declares a directory of all entries.
    /// </summary>
    public static byte[] Zip64Of(int entries)
    {
        var zip = ZipOf(entries, said: 1);
        var (end, elsewhere) = (zip[^22..], new byte[76]);
        var record = elsewhere.AsSpan(..56);
        var locator = elsewhere.AsSpan(56);
        "PK\x06\x06"u8.CopyTo(record);
        BinaryPrimitives.WriteInt64LittleEndian(record[4..], record.Length - 12);
        BinaryPrimitives.WriteInt64LittleEndian(record[24..], entries);
        BinaryPrimitives.WriteInt64LittleEndian(record[32..], entries);
        BinaryPrimitives.WriteInt64LittleEndian(record[48..], BinaryPrimitives.ReadUInt32LittleEndian(end.AsSpan(16)));
        "PK\x06\x07"u8.CopyTo(locator);
        BinaryPrimitives.WriteInt64LittleEndian(locator[8..], zip.Length - end.Length);
        BinaryPrimitives.WriteInt32LittleEndian(locator[16..], 1);
        end.AsSpan(4, 4).Fill(byte.MaxValue);
        BinaryPrimitives.WriteInt32LittleEndian(end.AsSpan(16), zip.Length - end.Length);
        return [.. zip[..^22], .. elsewhere, .. end];
    }
}
