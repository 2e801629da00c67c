using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace PieService.Api.Figures.Drawing;

/// <summary>
/// The tables of a font, read from WOFF 1.0 (W3C, 2012), and written as WOFF 1.0 or as a TrueType file. The files of
/// the same tables have the same bytes.
/// </summary>
public static class Woff
{
    private const uint Signature = 0x774F4646, TrueType = 0x00010000;
    private const int HeaderLength = 44, EntryLength = 20, AdjustmentOffset = 8;

    public static SortedDictionary<string, byte[]> Read(ReadOnlySpan<byte> file)
    {
        if (BinaryPrimitives.ReadUInt32BigEndian(file) != Signature)
            throw new InvalidDataException("The font is not a WOFF 1.0 file.");
        var tables = new SortedDictionary<string, byte[]>(StringComparer.Ordinal);
        var count = BinaryPrimitives.ReadUInt16BigEndian(file[12..]);
        for (var i = 0; i < count; i++)
        {
            var entry = file.Slice(HeaderLength + (i * EntryLength), EntryLength);
            var (offset, packed, length) = (Int(entry[4..]), Int(entry[8..]), Int(entry[12..]));
            tables[Encoding.ASCII.GetString(entry[..4])] = Unpack(file.Slice(offset, packed), length);
        }
        return tables;
    }

    /// <summary>Returns a TrueType file with these tables.</summary>
    public static byte[] ToTrueType(SortedDictionary<string, byte[]> tables)
    {
        var directory = 12 + (16 * tables.Count);
        var file = new byte[directory + tables.Values.Sum(table => Padded(table.Length))];
        WriteTrueTypeHeader(file, tables.Count);
        var (entry, offset, head) = (12, directory, 0);
        foreach (var (tag, table) in tables)
        {
            if (tag == "head") head = offset;
            table.CopyTo(file, offset);
            if (tag == "head") file.AsSpan(offset + AdjustmentOffset, 4).Clear();
            Encoding.ASCII.GetBytes(tag, file.AsSpan(entry));
            Write(file, entry + 4, Checksum(file.AsSpan(offset, Padded(table.Length))));
            Write(file, entry + 8, (uint)offset);
            Write(file, entry + 12, (uint)table.Length);
            (entry, offset) = (entry + 16, offset + Padded(table.Length));
        }
        Write(file, head + AdjustmentOffset, unchecked(0xB1B0AFBA - Checksum(file)));
        return file;
    }

    /// <summary>Returns a WOFF file with these tables.</summary>
    public static byte[] ToWoff(SortedDictionary<string, byte[]> tables)
    {
        var plain = ToTrueType(tables);
        var packed = tables.Select(table => (Tag: table.Key, table.Value.Length, Bytes: Pack(table.Value))).ToList();
        var directory = HeaderLength + (EntryLength * tables.Count);
        var file = new byte[directory + packed.Sum(table => Padded(table.Bytes.Length))];
        Write(file, 0, Signature);
        Write(file, 4, TrueType);
        Write(file, 8, (uint)file.Length);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(12), (ushort)tables.Count);
        Write(file, 16, (uint)plain.Length);
        var offset = directory;
        foreach (var (index, (tag, length, bytes)) in packed.Index())
        {
            var entry = HeaderLength + (index * EntryLength);
            Encoding.ASCII.GetBytes(tag, file.AsSpan(entry));
            Write(file, entry + 4, (uint)offset);
            Write(file, entry + 8, (uint)bytes.Length);
            Write(file, entry + 12, (uint)length);
            plain.AsSpan(12 + (index * 16) + 4, 4).CopyTo(file.AsSpan(entry + 16));
            bytes.CopyTo(file, offset);
            offset += Padded(bytes.Length);
        }
        return file;
    }

    private static void WriteTrueTypeHeader(byte[] file, int tables)
    {
        var power = (int)Math.Log2(tables);
        Write(file, 0, TrueType);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(4), (ushort)tables);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(6), (ushort)(16 << power));
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(8), (ushort)power);
        BinaryPrimitives.WriteUInt16BigEndian(file.AsSpan(10), (ushort)((16 * tables) - (16 << power)));
    }

    private static byte[] Unpack(ReadOnlySpan<byte> packed, int length)
    {
        var table = new byte[length];
        if (packed.Length == length) packed.CopyTo(table);
        else
        {
            using var zlib = new ZLibStream(new MemoryStream(packed.ToArray()), CompressionMode.Decompress);
            zlib.ReadExactly(table);
        }
        return table;
    }

    /// <summary>A table that does not become smaller is stored as it is, which readers tell by its length.</summary>
    private static byte[] Pack(byte[] table)
    {
        using var packed = new MemoryStream();
        using (var zlib = new ZLibStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) zlib.Write(table);
        return packed.Length < table.Length ? packed.ToArray() : table;
    }

    private static uint Checksum(ReadOnlySpan<byte> padded)
    {
        var sum = 0u;
        for (var i = 0; i < padded.Length; i += 4)
            unchecked { sum += BinaryPrimitives.ReadUInt32BigEndian(padded[i..]); }
        return sum;
    }

    private static int Padded(int length) => (length + 3) & ~3;

    private static int Int(ReadOnlySpan<byte> bytes) => checked((int)BinaryPrimitives.ReadUInt32BigEndian(bytes));

    private static void Write(byte[] file, int offset, uint value) =>
        BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(offset), value);
}
