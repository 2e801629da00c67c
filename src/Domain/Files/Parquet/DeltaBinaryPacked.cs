namespace PieService.Domain.Files.Parquet;

/// <summary>
/// Whole numbers in DELTA_BINARY_PACKED encoding: the first number, then blocks of miniblocks of differences, each
/// miniblock with a bit width of its own. One miniblock is unpacked at a time.
/// </summary>
internal sealed class DeltaBinaryPacked
{
    /// <summary>Writers use blocks of 128 or 256 numbers; the bit widths of a block are in memory.</summary>
    private const int MaxMiniblocks = 4096;

    private readonly ReadOnlyMemory<byte> bytes;
    private readonly int perMiniblock;
    private readonly byte[] widths;
    private int position, miniblock, width, inMiniblock;
    private long left, value, smallest, bit;
    private bool isFirst = true;

    /// <exception cref="InvalidDataException">The head of the page is damaged.</exception>
    /// <exception cref="EndOfStreamException">The page ends too early.</exception>
    public DeltaBinaryPacked(ReadOnlyMemory<byte> bytes)
    {
        this.bytes = bytes;
        var (inBlock, miniblocks) = (VarInt(), VarInt());
        left = (long)Math.Min(VarInt(), long.MaxValue);
        value = ZigZag();
        if (miniblocks is 0 or > MaxMiniblocks || inBlock is 0 or > int.MaxValue || inBlock % miniblocks != 0
            || inBlock / miniblocks % 8 != 0)
            throw new InvalidDataException("has delta-encoded numbers in blocks that are not valid");
        (perMiniblock, widths) = ((int)(inBlock / miniblocks), new byte[miniblocks]);
        miniblock = widths.Length;
    }

    public long Next()
    {
        if (left-- <= 0) throw new EndOfStreamException();
        if (isFirst)
        {
            isFirst = false;
            return value;
        }
        if (inMiniblock == 0) BeginMiniblock();
        inMiniblock--;
        value = unchecked(value + smallest + (long)Unpack());
        return value;
    }

    /// <summary>
    /// The bytes behind the numbers. No number is unpacked: miniblocks without bits could have billions of them. The
    /// last miniblock is written whole, and those of its block that have no numbers are not written.
    /// </summary>
    public static ReadOnlyMemory<byte> Behind(ReadOnlyMemory<byte> bytes)
    {
        var numbers = new DeltaBinaryPacked(bytes);
        for (var rest = numbers.left - 1; rest > 0; rest -= numbers.perMiniblock) numbers.BeginMiniblock();
        numbers.SkipMiniblock();
        return numbers.position <= bytes.Length ? bytes[numbers.position..] : throw new EndOfStreamException();
    }

    private void BeginMiniblock()
    {
        SkipMiniblock();
        if (miniblock == widths.Length)
        {
            smallest = ZigZag();
            if (widths.Length > bytes.Length - position) throw new EndOfStreamException();
            bytes.Span.Slice(position, widths.Length).CopyTo(widths);
            position += widths.Length;
            miniblock = 0;
        }
        width = widths[miniblock++];
        if (width > 64) throw new InvalidDataException($"has numbers of {width} bits");
        (inMiniblock, bit) = (perMiniblock, position * 8L);
    }

    /// <summary>Moves behind the miniblock that was begun.</summary>
    private void SkipMiniblock()
    {
        position = (int)Math.Min(position + ((long)perMiniblock / 8 * width), int.MaxValue);
        (width, inMiniblock) = (0, 0);
    }

    private ulong Unpack()
    {
        var unpacked = 0UL;
        for (var done = 0; done < width;)
        {
            var (from, shift) = ((int)(bit >> 3), (int)(bit & 7));
            if (from >= bytes.Length) throw new EndOfStreamException();
            var taken = Math.Min(8 - shift, width - done);
            unpacked |= (ulong)((bytes.Span[from] >> shift) & ((1 << taken) - 1)) << done;
            done += taken;
            bit += taken;
        }
        return unpacked;
    }

    private long ZigZag()
    {
        var number = VarInt();
        return (long)(number >> 1) ^ -(long)(number & 1);
    }

    private ulong VarInt()
    {
        var number = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = position < bytes.Length ? bytes.Span[position++] : throw new EndOfStreamException();
            number |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return number;
        }
        throw new InvalidDataException("has a number without an end in a page");
    }
}
