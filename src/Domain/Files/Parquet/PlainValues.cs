using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace PieService.Domain.Files.Parquet;

/// <summary>Values in PLAIN encoding, one after the other; they are read as text, whatever their type.</summary>
internal sealed class PlainValues(ReadOnlyMemory<byte> bytes, ParquetColumn column)
{
    private static readonly UTF8Encoding Strict = new(
        encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>
    /// The position of the next value: its byte and, for booleans, eight of which are in a byte, its bit.
    /// </summary>
    private int position, bit;

    public string Next() => column.Type switch
    {
        ParquetType.ByteArray => Text(position, out position),
        ParquetType.Int32 => Whole(BinaryPrimitives.ReadInt32LittleEndian(Take(sizeof(int)))),
        ParquetType.Int64 => Whole(BinaryPrimitives.ReadInt64LittleEndian(Take(sizeof(long)))),
        ParquetType.Float => Real(BinaryPrimitives.ReadSingleLittleEndian(Take(sizeof(float)))),
        ParquetType.Double => Real(BinaryPrimitives.ReadDoubleLittleEndian(Take(sizeof(double)))),
        _ => Flag(),
    };

    /// <summary>The offset of each value, for access by index.</summary>
    public int[] Places(int count)
    {
        var smallest = column.Type is ParquetType.Int64 or ParquetType.Double ? sizeof(long) : sizeof(int);
        if (count < 0 || count > bytes.Length / smallest) throw new EndOfStreamException();
        var places = new int[count];
        for (var i = 0; i < count; i++)
        {
            places[i] = position;
            Take(column.Type == ParquetType.ByteArray ? Length(Take(sizeof(int))) : smallest);
        }
        return places;
    }

    public string At(int place)
    {
        position = place;
        return Next();
    }

    public static string FlagText(bool flag) => flag ? "true" : "false";

    private string Text(int start, out int end)
    {
        position = start;
        var text = Take(Length(Take(sizeof(int))));
        end = position;
        return Text(text);
    }

    /// <exception cref="InvalidDataException">The bytes are not UTF-8.</exception>
    public static string Text(ReadOnlySpan<byte> text)
    {
        try
        {
            return Strict.GetString(text);
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException("has bytes that are not UTF-8");
        }
    }

    /// <summary>A delta-encoded number; one of 32 bits may have wrapped around.</summary>
    public static string Whole(long number, ParquetColumn column) => (column.Type, column.IsUnsigned) switch
    {
        (ParquetType.Int32, true) => unchecked((uint)number).ToString(CultureInfo.InvariantCulture),
        (ParquetType.Int32, false) => unchecked((int)number).ToString(CultureInfo.InvariantCulture),
        (_, true) => unchecked((ulong)number).ToString(CultureInfo.InvariantCulture),
        _ => number.ToString(CultureInfo.InvariantCulture),
    };

    private string Whole(int number) => column.IsUnsigned
        ? ((uint)number).ToString(CultureInfo.InvariantCulture)
        : number.ToString(CultureInfo.InvariantCulture);

    private string Whole(long number) => column.IsUnsigned
        ? ((ulong)number).ToString(CultureInfo.InvariantCulture)
        : number.ToString(CultureInfo.InvariantCulture);

    /// <summary>A whole number without a fraction or exponent: 1, not 1.0 or 1E+00.</summary>
    private static string Real(double number) => double.IsInteger(number) && Math.Abs(number) < 1L << 53
        ? ((long)number).ToString(CultureInfo.InvariantCulture)
        : number.ToString("R", CultureInfo.InvariantCulture);

    private string Flag()
    {
        if (bit == 0) Take(1);
        var flag = (bytes.Span[position - 1] >> bit & 1) == 1;
        bit = (bit + 1) % 8;
        return FlagText(flag);
    }

    private static int Length(ReadOnlySpan<byte> head)
    {
        var length = BinaryPrimitives.ReadInt32LittleEndian(head);
        return length >= 0 ? length : throw new InvalidDataException("has a text with a negative length");
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length > bytes.Length - position) throw new EndOfStreamException();
        var taken = bytes.Span.Slice(position, length);
        position += length;
        return taken;
    }
}
