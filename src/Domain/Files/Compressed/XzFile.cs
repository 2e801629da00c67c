using System.Buffers.Binary;
using System.IO.Hashing;
using PieService.Domain.Files.Archives;
using SharpCompress.Compressors.LZMA;

namespace PieService.Domain.Files.Compressed;

/// <summary>
/// The content of an xz file, of one or more streams of blocks (The .xz File Format 1.2.1); zeros behind a stream are
/// padding. The library decompresses a block, and the format around the blocks is read here: the library's reader of it
/// stops after the first stream, does not compare the blocks with the index, and makes room for any stated dictionary,
/// up to 4 GiB.
/// </summary>
internal sealed class XzFile(FileStream file) : ForwardReading
{
    /// <summary>The largest dictionary, which is in memory; that of xz -9 has 64 MiB.</summary>
    private const uint MaxDictionary = 128 * 1024 * 1024;

    /// <summary>A file of short blocks with large dictionaries makes room for each of them.</summary>
    private const long FreeDictionaries = 1024L * 1024 * 1024;

    private const byte Lzma2 = 0x21;
    private const int MaxHeaderBytes = 1024;

    private readonly PackedBytes source = new(file);
    private readonly byte[] bytes = new byte[64 * 1024];
    private readonly byte[] flags = new byte[2];
    private readonly XxHash3 records = new();
    private bool isWhole, isInStream;
    private Block? block;
    private long count, unpacked, dictionaries;

    public override int Read(Span<byte> buffer)
    {
        try
        {
            while (!isWhole && !buffer.IsEmpty)
            {
                if (!isInStream) BeginStream();
                block ??= NextBlock();
                if (block is null) continue;
                var read = block.Content.Read(bytes, 0, Math.Min(buffer.Length, bytes.Length));
                if (read == 0)
                {
                    EndBlock(block);
                    block = null;
                    continue;
                }
                bytes.AsSpan(0, read).CopyTo(buffer);
                block.Length += read;
                block.Check.Append(buffer[..read]);
                unpacked += read;
                return read;
            }
            return 0;
        }
        catch (EndOfStreamException)
        {
            throw new InvalidDataException("the xz file ends too early; is the upload complete?");
        }
        catch (Exception damage) when (damage is not InvalidDataException && PackedBytes.IsDamage(damage))
        {
            throw Damaged();
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            block?.Content.Dispose();
            source.Dispose();
        }
        base.Dispose(disposing);
    }

    private void BeginStream()
    {
        var header = Take(12);
        if (!header.AsSpan().StartsWith((ReadOnlySpan<byte>)[0xFD, .. "7zXZ"u8, 0])) throw Damaged();
        header.AsSpan(6, 2).CopyTo(flags);
        Expect(Crc32.HashToUInt32(flags) == Word(header, 8) && flags[0] == 0);
        (isInStream, count) = (true, 0);
        records.Reset();
    }

    /// <summary>The next block; null if the stream ended, which its index and its footer do.</summary>
    private Block? NextBlock()
    {
        var size = source.ReadByte();
        if (size == 0)
        {
            EndStream();
            return null;
        }
        var (begin, head) = (source.Position - 1, (byte[])[(byte)size, .. Take(((size + 1) * 4) - 1)]);
        Expect(Crc32.HashToUInt32(head.AsSpan(0, head.Length - 4)) == Word(head, head.Length - 4));
        var rest = head.AsSpan(2, head.Length - 6);
        Expect((head[1] & 0x3C) == 0);
        var packed = (head[1] & 0x40) != 0 ? Number(ref rest) : (long?)null;
        var length = (head[1] & 0x80) != 0 ? Number(ref rest) : (long?)null;
        if ((head[1] & 3) != 0 || Number(ref rest) != Lzma2)
            throw new InvalidDataException(
                "the xz file uses another filter than LZMA2; compress it with xz without options");
        Expect(rest.Length >= 2 && rest[0] == 1 && rest[1] <= 40 && rest[2..].IndexOfAnyExcept((byte)0) < 0);
        var dictionary = rest[1] == 40 ? uint.MaxValue : (2u | (rest[1] & 1u)) << ((rest[1] / 2) + 11);
        dictionaries += dictionary;
        if (dictionary > MaxDictionary || dictionaries > FreeDictionaries + (4 * unpacked))
            throw new InvalidDataException(
                "the xz file needs dictionaries of more than 128 MiB, or many of them; compress it with xz without " +
                "options");
        return new Block(
            LzmaStream.Create([rest[1]], source, -1, -1, null, isLzma2: true, leaveOpen: true), begin,
            source.Position, packed, length, XzCheck.Of(flags[1]) ?? throw Damaged());
    }

    private void EndBlock(Block ended)
    {
        ended.Content.Dispose();
        var packed = source.Position - ended.Data;
        Expect((ended.StatedPacked ?? packed) == packed && (ended.StatedLength ?? ended.Length) == ended.Length);
        Expect(Take((int)(-packed & 3)).AsSpan().IndexOfAnyExcept((byte)0) < 0);
        var check = ended.Check.Value();
        Expect(Take(check.Length).AsSpan().SequenceEqual(check));
        Record(ended.Data - ended.Begin + packed + check.Length, ended.Length);
        count++;
    }

    private void Record(long packed, long length)
    {
        Span<byte> record = stackalloc byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(record, packed);
        BinaryPrimitives.WriteInt64LittleEndian(record[8..], length);
        records.Append(record);
    }

    /// <summary>The index has the lengths of all blocks, and the footer ends a stream.</summary>
    private void EndStream()
    {
        var (begin, sum, written) = (source.Position - 1, new Crc32(), records.GetCurrentHashAsUInt64());
        sum.Append([0]);
        records.Reset();
        Expect(IndexNumber(sum) == count);
        for (; count > 0; count--) Record(IndexNumber(sum), IndexNumber(sum));
        Expect(records.GetCurrentHashAsUInt64() == written);
        while ((source.Position - begin) % 4 != 0) Expect(Summed(sum) == 0);
        Expect(Word(Take(4), 0) == sum.GetCurrentHashAsUInt32());
        var index = source.Position - begin;
        var footer = Take(12);
        Expect(Crc32.HashToUInt32(footer.AsSpan(4, 6)) == Word(footer, 0) && (Word(footer, 4) + 1L) * 4 == index
            && footer.AsSpan(8, 2).SequenceEqual(flags) && footer.AsSpan(10).SequenceEqual("YZ"u8));
        isInStream = false;
        Expect(source.SkipZeros() % 4 == 0);
        isWhole = source.IsAtEnd;
    }

    private long IndexNumber(Crc32 sum)
    {
        var value = 0L;
        for (var shift = 0; shift < 63; shift += 7)
        {
            var part = Summed(sum);
            value |= (long)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
        throw Damaged();
    }

    private byte Summed(Crc32 sum)
    {
        var next = (byte)source.ReadByte();
        sum.Append([next]);
        return next;
    }

    private static long Number(ref Span<byte> from)
    {
        var value = 0L;
        for (var (shift, i) = (0, 0); shift < 63 && i < from.Length; shift += 7, i++)
        {
            value |= (long)(from[i] & 0x7F) << shift;
            if (from[i] >= 0x80) continue;
            from = from[(i + 1)..];
            return value;
        }
        throw Damaged();
    }

    private byte[] Take(int length)
    {
        var taken = new byte[Math.Min(length, MaxHeaderBytes)];
        source.ReadExactly(taken);
        return taken;
    }

    private static uint Word(ReadOnlySpan<byte> from, int at) => BinaryPrimitives.ReadUInt32LittleEndian(from[at..]);

    private static void Expect(bool isSo)
    {
        if (!isSo) throw Damaged();
    }

    private static InvalidDataException Damaged() => new("the xz file is damaged; is the upload complete?");

    /// <param name="Begin">The offset of its header.</param>
    /// <param name="Data">The offset of its compressed data.</param>
    private sealed record Block(
        LzmaStream Content, long Begin, long Data, long? StatedPacked, long? StatedLength, XzCheck Check)
    {
        public long Length { get; set; }
    }
}
