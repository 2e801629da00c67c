using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace PieService.Domain.Files.Arrays;

/// <summary>
/// The header of a NumPy array file, versions 1.0 to 3.0: the type, the order and the shape of the items. Source:
/// numpy.lib.format.
/// </summary>
/// <param name="IsFortran">Whether the first index varies fastest in the file.</param>
/// <param name="Start">The offset of the first item in the file.</param>
internal sealed partial record NpyHeader(NpyType Type, bool IsFortran, IReadOnlyList<int> Shape, long Start)
{
    /// <summary>
    /// NumPy itself reads no longer header by default (max_header_size); a length in a damaged file can be 4 GiB.
    /// </summary>
    private const int MaxBytes = 10_000;
    private const int MaxDimensions = 32;

    /// <summary>The number of items.</summary>
    public long Items => Shape.Aggregate(1L, (product, side) => product * side);

    /// <exception cref="InvalidDataException">The file is not an array, is cut off, or has a type that is not read.
    /// </exception>
    public static NpyHeader Read(Stream file)
    {
        Span<byte> fixedPart = stackalloc byte[12];
        if (file.ReadAtLeast(fixedPart[..10], 10, throwOnEndOfStream: false) < 10
            || !fixedPart.StartsWith((ReadOnlySpan<byte>)[0x93, .. "NUMPY"u8]))
            throw new InvalidDataException("is not a NumPy array (.npy), which begins with \\x93NUMPY");
        var (version, start) = (fixedPart[6], 10);
        if (version is < 1 or > 3)
            throw new InvalidDataException($"has the version {version} of .npy; 1 to 3 are read");
        if (version > 1)
        {
            start = 12;
            if (file.ReadAtLeast(fixedPart[10..], 2, throwOnEndOfStream: false) < 2) throw Short();
        }
        var length = version == 1 ? BinaryPrimitives.ReadUInt16LittleEndian(fixedPart[8..])
            : BinaryPrimitives.ReadUInt32LittleEndian(fixedPart[8..]);
        if (length > MaxBytes)
            throw new InvalidDataException(
                $"has a header of {length} bytes; an array of numbers has a short one, and {MaxBytes} bytes are read");
        var bytes = new byte[length];
        if (file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false) < bytes.Length) throw Short();
        return Parse(version == 3 ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes), start + length);
    }

    private static NpyHeader Parse(string header, long start)
    {
        if (Structured().IsMatch(header))
            throw new InvalidDataException("has items of a structured type, which is not read; save each field alone");
        var (type, order, shape) = (Descr().Match(header), FortranOrder().Match(header), Sides().Match(header));
        if (!type.Success || !order.Success || !shape.Success)
            throw new InvalidDataException("has a header without descr, fortran_order and shape; is it damaged?");
        var sides = shape.Groups[1].Value.Split(
            ',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (sides.Length > MaxDimensions) throw new InvalidDataException($"has {sides.Length} dimensions");
        return new(
            NpyType.Parse(type.Groups[1].Value), order.Groups[1].Value == "True", [.. sides.Select(Side)], start);
    }

    private static int Side(string text) =>
        int.TryParse(text.TrimEnd('L'), NumberStyles.None, CultureInfo.InvariantCulture, out var side)
            ? side : throw new InvalidDataException(text.StartsWith('-')
                ? $"has a dimension of {text}, which is not a number of items; save the array again with numpy.save"
                : $"has a dimension of {text}, more than this service reads");

    private static InvalidDataException Short() => new("is shorter than its header says; is the upload complete?");

    [GeneratedRegex(@"'descr':\s*\[", RegexOptions.CultureInvariant)]
    private static partial Regex Structured();

    [GeneratedRegex(@"'descr':\s*'([^']*)'", RegexOptions.CultureInvariant)]
    private static partial Regex Descr();

    [GeneratedRegex(@"'fortran_order':\s*(True|False)", RegexOptions.CultureInvariant)]
    private static partial Regex FortranOrder();

    [GeneratedRegex(@"'shape':\s*\(([-0-9L,\s]*)\)", RegexOptions.CultureInvariant)]
    private static partial Regex Sides();
}
