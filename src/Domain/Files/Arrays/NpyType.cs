using System.Buffers.Binary;

namespace PieService.Domain.Files.Arrays;

/// <summary>The type of the items of a NumPy array: floating-point numbers or integers.</summary>
/// <param name="Kind">f, i or u.</param>
/// <param name="Bytes">The bytes of an item.</param>
internal readonly record struct NpyType(char Kind, int Bytes, bool IsBigEndian)
{
    public bool IsReal => Kind == 'f';

    /// <param name="descr">The type as NumPy writes it: the byte order, the kind and the bytes, such as &lt;f4.</param>
    /// <exception cref="InvalidDataException">Values of this type are not numbers that can be read.</exception>
    public static NpyType Parse(string descr)
    {
        var (order, name) = descr is ['<' or '>' or '|' or '=', .. var rest] ? (descr[0], rest) : ('=', descr);
        return name switch
        {
            "f2" or "f4" or "f8" or "i1" or "i2" or "i4" or "i8" or "u1" or "u2" or "u4" or "u8" =>
                new(name[0], name[1] - '0', order == '>'),
            ['O', ..] => throw new InvalidDataException(
                "object arrays (pickle) are not read, since a pickle can run any program; save an array of numbers"),
            ['c', ..] => throw NotRead(name, "complex numbers"),
            ['b', '1'] or ['?'] => throw NotRead(name, "booleans; save them as u1"),
            ['V', ..] => throw NotRead(name, "a structured type"),
            _ => throw NotRead(ColumnNames.Printable(name.Length > 20 ? name[..20] : name), "another type"),
        };
    }

    /// <summary>The item as a number; integers beyond 2^53 are rounded.</summary>
    public double Read(ReadOnlySpan<byte> item) => (Kind, Bytes, IsBigEndian) switch
    {
        ('f', 2, false) => (double)BinaryPrimitives.ReadHalfLittleEndian(item),
        ('f', 2, true) => (double)BinaryPrimitives.ReadHalfBigEndian(item),
        ('f', 4, false) => BinaryPrimitives.ReadSingleLittleEndian(item),
        ('f', 4, true) => BinaryPrimitives.ReadSingleBigEndian(item),
        ('f', _, false) => BinaryPrimitives.ReadDoubleLittleEndian(item),
        ('f', _, true) => BinaryPrimitives.ReadDoubleBigEndian(item),
        ('i', 1, _) => (sbyte)item[0],
        ('i', 2, false) => BinaryPrimitives.ReadInt16LittleEndian(item),
        ('i', 2, true) => BinaryPrimitives.ReadInt16BigEndian(item),
        ('i', 4, false) => BinaryPrimitives.ReadInt32LittleEndian(item),
        ('i', 4, true) => BinaryPrimitives.ReadInt32BigEndian(item),
        ('i', _, false) => BinaryPrimitives.ReadInt64LittleEndian(item),
        ('i', _, true) => BinaryPrimitives.ReadInt64BigEndian(item),
        (_, 1, _) => item[0],
        (_, 2, false) => BinaryPrimitives.ReadUInt16LittleEndian(item),
        (_, 2, true) => BinaryPrimitives.ReadUInt16BigEndian(item),
        (_, 4, false) => BinaryPrimitives.ReadUInt32LittleEndian(item),
        (_, 4, true) => BinaryPrimitives.ReadUInt32BigEndian(item),
        (_, _, false) => BinaryPrimitives.ReadUInt64LittleEndian(item),
        (_, _, true) => BinaryPrimitives.ReadUInt64BigEndian(item),
    };

    private static InvalidDataException NotRead(string name, string what) => new(
        $"has items of the type {name} ({what}), which is not read; save it as f2, f4, f8, i1 to i8 or u1 to u8");
}
