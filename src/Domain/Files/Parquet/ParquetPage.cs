namespace PieService.Domain.Files.Parquet;

internal enum PageKind
{
    Data, Index, Dictionary, DataV2,
}

/// <summary>The header of a page: its content and its length.</summary>
/// <param name="LevelBytes">Version 2: the bytes of the uncompressed levels before the values; levels mark
/// nulls.</param>
/// <param name="RepetitionBytes">The first of these bytes, which mark the beginning of lists.</param>
internal sealed record ParquetPage(
    PageKind Kind, int Expanded, int Stored, int Values, int Encoding, int LevelBytes, int RepetitionBytes,
    bool IsCompressed)
{
    public static ParquetPage Read(ReadOnlySpan<byte> bytes, out int length)
    {
        var reader = new ThriftReader(bytes);
        var (page, field) = (new ParquetPage(0, -1, -1, -1, -1, 0, 0, true), 0);
        while (reader.NextField(ref field, out var type))
        {
            if (field == 1) page = page with { Kind = (PageKind)reader.Int32(type) };
            else if (field == 2) page = page with { Expanded = reader.Int32(type) };
            else if (field == 3) page = page with { Stored = reader.Int32(type) };
            else if (field is 5 or 7) page = page.WithHead(ref reader, type, version2: false);
            else if (field == 8) page = page.WithHead(ref reader, type, version2: true);
            else reader.Skip(type);
        }
        length = reader.Position;
        return page;
    }

    /// <summary>The headers of data and dictionary pages begin with the same fields.</summary>
    private ParquetPage WithHead(ref ThriftReader reader, ThriftType structure, bool version2)
    {
        ThriftReader.Struct(structure);
        var (page, levels, repetition, field) = (this, 0L, 0L, 0);
        while (reader.NextField(ref field, out var type))
        {
            if (field == 1) page = page with { Values = reader.Int32(type) };
            else if (field == (version2 ? 4 : 2)) page = page with { Encoding = reader.Int32(type) };
            else if (version2 && field == 5) levels += reader.Int32(type);
            else if (version2 && field == 6) levels += repetition = reader.Int32(type);
            else if (version2 && field == 7) page = page with { IsCompressed = ThriftReader.Flag(type) };
            else reader.Skip(type);
        }
        if (repetition < 0 || levels < repetition || levels > int.MaxValue)
            throw new InvalidDataException("has levels with a negative length");
        return page with { LevelBytes = (int)levels, RepetitionBytes = (int)repetition };
    }
}
