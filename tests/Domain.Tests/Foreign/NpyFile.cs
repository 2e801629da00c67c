using System.IO.Compression;
using System.Text;

namespace PieService.Domain.Tests.Foreign;

/// <summary>Writes NumPy arrays without the product's own code.</summary>
internal static class NpyFile
{
    public static readonly IReadOnlyList<string> Types =
        ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"];

    /// <summary>An array with these values in C order, whatever the order in the file.</summary>
    /// <param name="type">The byte order, the kind and the bytes of an item, such as &lt;f4.</param>
    public static byte[] Of(string type, int[] shape, double[] values, bool isFortran = false, int version = 1)
    {
        var order = isFortran ? "True" : "False";
        var sides = string.Concat(shape.Select(side => $"{side}, "));
        var header = $"{{'descr': '{type}', 'fortran_order': {order}, 'shape': ({sides}), }}";
        return
        [
            .. Head(header, version),
            .. (isFortran ? Fortran(shape, values) : values).SelectMany(value => Item(type, value)),
        ];
    }

    /// <summary>The magic number, the version, and a header that ends where a block of 64 bytes does.</summary>
    public static byte[] Head(string header, int version = 1)
    {
        var fixedBytes = version == 1 ? 10 : 12;
        var padded = header + new string(' ', 64 - ((fixedBytes + header.Length + 1) % 64)) + "\n";
        byte[] length = version == 1
            ? BitConverter.GetBytes((ushort)padded.Length) : BitConverter.GetBytes((uint)padded.Length);
        return [0x93, .. "NUMPY"u8, (byte)version, 0, .. length, .. Encoding.Latin1.GetBytes(padded)];
    }

    public static byte[] Zip(params (string Name, byte[] Content)[] arrays)
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
            foreach (var (name, content) in arrays)
            {
                using var entry = zip.CreateEntry($"{name}.npy").Open();
                entry.Write(content);
            }
        return bytes.ToArray();
    }

    /// <summary>The values in the order in which the first index varies fastest.</summary>
    private static IEnumerable<double> Fortran(int[] shape, double[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            var (rest, place) = (i, 0);
            int[] index = [.. shape.Select(side =>
            {
                var digit = rest % side;
                rest /= side;
                return digit;
            })];
            for (var d = 0; d < shape.Length; d++) place = (place * shape[d]) + index[d];
            yield return values[place];
        }
    }

    private static byte[] Item(string type, double value)
    {
        byte[] little = type[1..] switch
        {
            "f2" => BitConverter.GetBytes((Half)value),
            "f4" => BitConverter.GetBytes((float)value),
            "f8" => BitConverter.GetBytes(value),
            "i1" => [(byte)(sbyte)value],
            "i2" => BitConverter.GetBytes((short)value),
            "i4" => BitConverter.GetBytes((int)value),
            "i8" => BitConverter.GetBytes((long)value),
            "u1" => [(byte)value],
            "u2" => BitConverter.GetBytes((ushort)value),
            "u4" => BitConverter.GetBytes((uint)value),
            _ => BitConverter.GetBytes((ulong)value),
        };
        if (type[0] == '>') Array.Reverse(little);
        return little;
    }
}
