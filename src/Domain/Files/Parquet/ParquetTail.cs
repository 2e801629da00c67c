using System.Buffers.Binary;

namespace PieService.Domain.Files.Parquet;

/// <summary>Finds the footer, which is at the end of a file.</summary>
internal static class ParquetTail
{
    private const int MaxFooterBytes = 16 * 1024 * 1024;
    private static readonly byte[] Magic = [.. "PAR1"u8];

    /// <summary>The footer, and the offset at which the values before it end.</summary>
    /// <exception cref="InvalidDataException">
    /// The file is not a Parquet file, or its footer is damaged or too long.
    /// </exception>
    /// <exception cref="EndOfStreamException">The file is truncated.</exception>
    public static (ParquetFooter Footer, long ValuesEnd) Read(Stream file)
    {
        var tail = new byte[8];
        if (file.Length < 12) throw new InvalidDataException("is not a Parquet file: too short");
        file.Position = file.Length - tail.Length;
        file.ReadExactly(tail);
        var head = new byte[4];
        file.Position = 0;
        file.ReadExactly(head);
        if (!head.AsSpan().SequenceEqual(Magic) || !tail.AsSpan(4).SequenceEqual(Magic))
            throw new InvalidDataException(
                "is not a Parquet file, which begins and ends with PAR1; is the upload complete?");
        var length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (length > MaxFooterBytes)
            throw new InvalidDataException(
                $"has a footer of more than {MaxFooterBytes} bytes; write it with fewer columns and larger row groups");
        var begin = file.Length - tail.Length - length;
        if (begin < head.Length) throw new EndOfStreamException();
        var footer = new byte[length];
        file.Position = begin;
        file.ReadExactly(footer);
        return (ParquetFooter.Read(footer), begin);
    }
}
