using System.Text;

namespace PieService.Domain.Tests.Files;

/// <summary>
/// Parquet files that no writer creates: two columns of strings, text and label, in one row group with given pages.
/// </summary>
internal static class HandmadeParquet
{
    /// <param name="texts">Pages of the column text, with as many values as there are labels.</param>
    /// <param name="codec">The codec of these pages: 0 is uncompressed, 1 is snappy.</param>
    /// <param name="isUnknown">Whether the column text is optional and of the type unknown, without any value.</param>
    public static byte[] File(IReadOnlyList<byte[]> texts, string[] labels, int codec = 0, bool isUnknown = false)
    {
        byte[] text = [.. texts.SelectMany(page => page)], label = Values(labels);
        byte[] footer =
        [
            // The schema is a list of three structs, with the root first.
            0x29, 0x3C, .. Name(0x48, "schema"), 0x15, 0x04, 0, .. isUnknown ? Unknown("text") : Column("text"),
            .. Column("label"),
            // One row group with its two column chunks and its number of rows.
            0x29, 0x1C, 0x19, 0x2C, .. Chunk(4, text.Length, codec), .. Chunk(4 + text.Length, label.Length, codec: 0),
            0x26, .. ZigZag(labels.Length), 0,
            0,
        ];
        return [.. "PAR1"u8, .. text, .. label, .. footer, .. BitConverter.GetBytes(footer.Length), .. "PAR1"u8];
    }

    /// <summary>A page with these values.</summary>
    public static byte[] Values(params string[] values)
    {
        byte[] content = [
            .. values.SelectMany(value => BitConverter.GetBytes(value.Length).Concat(Encoding.ASCII.GetBytes(value)))];
        return [.. Head(kind: 0, values.Length, content.Length), .. content];
    }

    /// <summary>A compressed page with one value.</summary>
    public static byte[] Packed(int length, params byte[] packed) =>
        [.. Head(kind: 0, values: 1, packed.Length, length), .. packed];

    /// <summary>A page in another encoding than plain.</summary>
    public static byte[] Encoded(int encoding, int values, byte[] content) =>
        [.. Head(kind: 0, values, content.Length, encoding: encoding), .. content];

    /// <param name="kind">0 data, 1 index, 2 dictionary, 3 data of version 2.</param>
    public static byte[] Empty(int kind) => Head(kind, values: 0, bytes: 0);

    /// <summary>
    /// The kind, the uncompressed and the compressed length; then, in the field for the kind, the number of values and
    /// their plain encoding.
    /// </summary>
    private static byte[] Head(int kind, int values, int bytes, int? unpacked = null, int encoding = 0)
    {
        byte[] lengths = [0x15, .. ZigZag(kind), 0x15, .. ZigZag(unpacked ?? bytes), 0x15, .. ZigZag(bytes)];
        byte[] content = [0x15, .. ZigZag(values), (byte)(kind == 3 ? 0x35 : 0x15), .. ZigZag(encoding), 0];
        return kind switch
        {
            0 => [.. lengths, 0x2C, .. content, 0],
            2 => [.. lengths, 0x4C, .. content, 0],
            3 => [.. lengths, 0x5C, .. content, 0],
            _ => [.. lengths, 0],
        };
    }

    /// <summary>The levels of a page without a value: a run of zeros.</summary>
    public static byte[] Nulls(int rows) => Encoded(encoding: 0, rows, [2, 0, 0, 0, (byte)(rows << 1), 0]);

    /// <summary>Int32 with the 11th of the logical types, as Arrow writes it.</summary>
    private static byte[] Unknown(string name) =>
        [0x15, 0x02, 0x25, 0x02, .. Name(0x18, name), 0x6C, 0xBC, 0, 0, 0];

    private static byte[] Column(string name) => [0x15, 0x0C, 0x25, 0, .. Name(0x18, name), 0];

    private static byte[] Chunk(int start, int bytes, int codec) =>
        [0x3C, 0x45, .. ZigZag(codec), 0x36, .. ZigZag(bytes), 0x26, .. ZigZag(start), 0, 0];

    private static byte[] Name(byte field, string name) => [field, (byte)name.Length, .. Encoding.ASCII.GetBytes(name)];

    private static byte[] ZigZag(int number)
    {
        var bytes = new List<byte>();
        for (var rest = (uint)number << 1; ; rest >>= 7)
        {
            if (rest < 0x80) return [.. bytes, (byte)rest];
            bytes.Add((byte)(rest | 0x80));
        }
    }
}
