namespace PieService.Domain.Files.Parquet;

/// <summary>
/// Parquet's hybrid of run lengths and packed bits, for small integers such as levels and dictionary indices.
/// </summary>
internal sealed class RleBitPacked(ReadOnlyMemory<byte> bytes, int bitWidth)
{
    private readonly int width = bitWidth is >= 0 and <= 32
        ? bitWidth : throw new InvalidDataException($"has numbers of {bitWidth} bits");
    private int position;
    private long left, bit;
    private uint? repeated;

    public uint Next()
    {
        if (left == 0) BeginRun();
        left--;
        return repeated ?? Unpack();
    }

    private void BeginRun()
    {
        var head = VarInt();
        if ((head & 1) == 0)
        {
            (left, repeated) = (head >> 1, 0u);
            for (var shift = 0; shift < width; shift += 8) repeated |= (uint)Byte(position++) << shift;
        }
        else
        {
            (left, repeated, bit) = ((head >> 1) * 8L, null, position * 8L);
            position = (int)Math.Min(position + ((head >> 1) * (long)width), int.MaxValue);
        }
        if (left == 0) throw new InvalidDataException("has an empty run");
    }

    private uint Unpack()
    {
        var value = 0u;
        for (var i = 0; i < width; i++, bit++) value |= (uint)((Byte((int)(bit >> 3)) >> (int)(bit & 7)) & 1) << i;
        return value;
    }

    private uint VarInt()
    {
        var value = 0u;
        for (var shift = 0; shift < 32; shift += 7)
        {
            var part = Byte(position++);
            value |= (uint)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
        throw new InvalidDataException("has a run length without an end");
    }

    private byte Byte(int place) => place < bytes.Length ? bytes.Span[place] : throw new EndOfStreamException();
}
