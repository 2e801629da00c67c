namespace PieService.Domain.Files.Parquet;

internal enum ThriftType
{
    Stop, True, False, Byte, I16, I32, I64, Double, Binary, List, Set, Map, Struct,
}

/// <summary>
/// Thrift's compact protocol, the format of a Parquet file's metadata. The reader is strict: a value of another type
/// than expected, or beyond the end, is an error, so no file can cause endless loops, recursion or allocation.
/// </summary>
internal ref struct ThriftReader(ReadOnlySpan<byte> bytes)
{
    private const int MaxDepth = 32;
    private readonly ReadOnlySpan<byte> bytes = bytes;

    /// <summary>The number of bytes that were read.</summary>
    public int Position { get; private set; }

    /// <param name="field">The id of the previous field, 0 at the start of a struct; it becomes the id of the next
    /// field.</param>
    /// <returns>False at the end of the struct.</returns>
    public bool NextField(ref int field, out ThriftType type)
    {
        var head = Next();
        type = (ThriftType)(head & 0x0F);
        if (type == ThriftType.Stop) return false;
        field = head >> 4 is > 0 and var step ? field + step : (short)ZigZag();
        return true;
    }

    public long Integer(ThriftType type)
    {
        Expect(type is ThriftType.I16 or ThriftType.I32 or ThriftType.I64);
        return ZigZag();
    }

    public int Int32(ThriftType type)
    {
        var value = Integer(type);
        Expect(value is >= int.MinValue and <= int.MaxValue);
        return (int)value;
    }

    public static bool Flag(ThriftType type)
    {
        Expect(type is ThriftType.True or ThriftType.False);
        return type == ThriftType.True;
    }

    public ReadOnlySpan<byte> Binary(ThriftType type)
    {
        Expect(type == ThriftType.Binary);
        return Take(VarInt());
    }

    public static void Struct(ThriftType type) => Expect(type == ThriftType.Struct);

    /// <summary>The number of structs in a list; their fields follow.</summary>
    public int Structs(ThriftType type)
    {
        Expect(type == ThriftType.List);
        var count = ListHead(out var element);
        Expect(element == ThriftType.Struct || count == 0);
        return count;
    }

    public void Skip(ThriftType type, int depth = 0)
    {
        Expect(depth < MaxDepth);
        switch (type)
        {
            case ThriftType.True or ThriftType.False:
                break;
            case ThriftType.Byte:
                Next();
                break;
            case ThriftType.I16 or ThriftType.I32 or ThriftType.I64:
                VarInt();
                break;
            case ThriftType.Double:
                Take(sizeof(double));
                break;
            case ThriftType.Binary:
                Take(VarInt());
                break;
            case ThriftType.List or ThriftType.Set:
                // A boolean in a list has its own byte.
                for (var left = ListHead(out var element); left > 0; left--)
                    Skip(element is ThriftType.True or ThriftType.False ? ThriftType.Byte : element, depth + 1);
                break;
            case ThriftType.Struct:
                var field = 0;
                while (NextField(ref field, out var inner)) Skip(inner, depth + 1);
                break;
            default:
                Expect(false);
                break;
        }
    }

    private int ListHead(out ThriftType element)
    {
        var head = Next();
        element = (ThriftType)(head & 0x0F);
        var count = head >> 4 == 15 ? VarInt() : (ulong)(head >> 4);
        // Each element has at least one byte.
        if (count > (ulong)(bytes.Length - Position)) throw new EndOfStreamException();
        return (int)count;
    }

    private ReadOnlySpan<byte> Take(ulong length)
    {
        if (length > (ulong)(bytes.Length - Position)) throw new EndOfStreamException();
        var taken = bytes.Slice(Position, (int)length);
        Position += taken.Length;
        return taken;
    }

    private long ZigZag()
    {
        var value = VarInt();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    private ulong VarInt()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Next();
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
        throw new InvalidDataException("has a number without an end in its metadata");
    }

    private byte Next() => Position < bytes.Length ? bytes[Position++] : throw new EndOfStreamException();

    private static void Expect(bool isSo)
    {
        if (!isSo) throw new InvalidDataException("has metadata that are not valid in Parquet");
    }
}
