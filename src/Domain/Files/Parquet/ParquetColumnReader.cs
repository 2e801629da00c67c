using System.Buffers.Binary;
using System.Numerics;

namespace PieService.Domain.Files.Parquet;

/// <summary>
/// The values of a column in a row group, page by page: no more than a page and its dictionary are in memory.
/// </summary>
/// <param name="mostItems">The largest number of items of a list.</param>
internal sealed class ParquetColumnReader(
    Stream file, long valuesEnd, ParquetChunk chunk, ParquetColumn column, int mostItems, UnpackedBytes unpacked,
    CancellationToken cancellation)
{
    /// <summary>
    /// The largest page; it bounds the memory that a length in a damaged file can cost. DuckDB begins a new page after
    /// 100 MB.
    /// </summary>
    private const int MaxPageBytes = 128 * 1024 * 1024;
    private const int Plain = 0, PlainDictionary = 2, Rle = 3, DeltaNumbers = 5, DeltaLengths = 6, DeltaPrefixes = 7,
        RleDictionary = 8;

    /// <summary>Page headers are short, unless they contain the smallest and the largest text.</summary>
    private static readonly int[] HeadBytes = [4 * 1024, 256 * 1024, 8 * 1024 * 1024];

    private readonly long end = End(chunk, valuesEnd);
    private long position = chunk.Start;
    private int left;
    private RleBitPacked? repetitions, levels;

    /// <summary>The level of the next value, if it was already read.</summary>
    private uint? repetition;
    private Func<string>? next;
    private PlainValues? dictionary;
    private int[] places = [];

    /// <summary>The value of the next row; null if the row has no value.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    /// <exception cref="EndOfStreamException">The column ends too early.</exception>
    public string? Next()
    {
        while (left == 0) BeginPage();
        left--;
        return levels is not null && levels.Next() < column.Level ? null : next!();
    }

    /// <summary>The items of the next row's list; null if the row has no list.</summary>
    /// <param name="count">Called for each item before the next is read.</param>
    /// <exception cref="InvalidDataException">
    /// The file is damaged, an item has no value, or there are too many items.
    /// </exception>
    /// <exception cref="EndOfStreamException">The column ends too early.</exception>
    public IReadOnlyList<string>? NextList(Action<string> count)
    {
        var list = column.List!.Value;
        var items = new List<string>();
        if (Repetition() is not 0) throw NotParquet();
        do
        {
            var level = levels!.Next();
            left--;
            repetition = null;
            if (level < list.Item && items.Count > 0) throw NotParquet();
            if (level < list.Item) return level == list.Item - 1 ? [] : null;
            if (level < list.Value) throw new InvalidDataException("has a list with an item that has no value");
            // A few bytes can encode the same item a billion times.
            if (items.Count == mostItems)
                throw new InvalidDataException($"has a list of more than {mostItems} items");
            items.Add(next!());
            count(items[^1]);
        }
        while (Repetition() is > 0);
        return items;
    }

    /// <summary>
    /// The repetition level of the next value: 0 if a list begins. Null if there is no further value.
    /// </summary>
    private uint? Repetition()
    {
        while (left == 0 && position < end) BeginPage();
        return left == 0 ? null : repetition ??= repetitions!.Next();
    }

    private static InvalidDataException NotParquet() => new("has invalid repetition levels");

    private static long End(ParquetChunk chunk, long valuesEnd) =>
        chunk.Start >= 4 && chunk.Bytes >= 0 && chunk.Start <= valuesEnd && chunk.Bytes <= valuesEnd - chunk.Start
            ? chunk.Start + chunk.Bytes
            : throw new InvalidDataException("has values outside of the data of the file");

    private void BeginPage()
    {
        // Any number of pages without values may precede the next row.
        cancellation.ThrowIfCancellationRequested();
        var page = ReadHead();
        if (page.Expanded is < 0 or > MaxPageBytes || page.Stored is < 0 or > MaxPageBytes)
            throw new InvalidDataException(
                $"has a page of more than {MaxPageBytes} bytes; write it with smaller row groups");
        unpacked.Add(page.Expanded);
        if (page.Kind == PageKind.Index)
        {
            if (page.Stored > end - position) throw new EndOfStreamException();
            position += page.Stored;
            return;
        }
        if (page.Values < 0) throw new InvalidDataException("has a page without a number of values");
        var bytes = new byte[page.Stored];
        Fill(bytes);
        switch (page.Kind)
        {
            case PageKind.Dictionary when column.Type == ParquetType.Boolean:
                throw new InvalidDataException("has a dictionary of booleans, which is not valid");
            case PageKind.Dictionary:
                dictionary = new PlainValues(Compression.Expand(bytes, chunk.Codec, page.Expanded), column);
                places = dictionary.Places(page.Values);
                break;
            case PageKind.Data:
                BeginValues(page, WithoutLevels(Compression.Expand(bytes, chunk.Codec, page.Expanded)));
                break;
            case PageKind.DataV2:
                BeginValuesV2(page, bytes);
                break;
            default:
                throw new InvalidDataException("has a page of an unknown kind");
        }
    }

    private ParquetPage ReadHead()
    {
        foreach (var most in HeadBytes)
        {
            var bytes = new byte[(int)Math.Min(most, end - position)];
            unpacked.Add(bytes.Length);
            file.Position = position;
            file.ReadExactly(bytes);
            try
            {
                var page = ParquetPage.Read(bytes, out var length);
                position += length;
                return page;
            }
            catch (EndOfStreamException) when (bytes.Length == most && most != HeadBytes[^1])
            {
                // The header is longer than the bytes that were read.
            }
        }
        throw new EndOfStreamException();
    }

    private void Fill(byte[] bytes)
    {
        if (bytes.Length > end - position) throw new EndOfStreamException();
        file.Position = position;
        file.ReadExactly(bytes);
        position += bytes.Length;
    }

    /// <summary>Version 1: the levels are preceded by their length.</summary>
    private ReadOnlyMemory<byte> WithoutLevels(ReadOnlyMemory<byte> page)
    {
        repetitions = column.List is null ? null : Levels(ref page, bitWidth: 1);
        levels = LevelWidth == 0 ? null : Levels(ref page, LevelWidth);
        return page;
    }

    /// <summary>The number of bits of a definition level.</summary>
    private int LevelWidth =>
        (column.List?.Value ?? column.Level) is > 0 and var level ? BitOperations.Log2((uint)level) + 1 : 0;

    private static RleBitPacked Levels(ref ReadOnlyMemory<byte> page, int bitWidth)
    {
        var levelBytes = page.Length < sizeof(int) ? -1 : BinaryPrimitives.ReadInt32LittleEndian(page.Span);
        if (levelBytes < 0 || levelBytes > page.Length - sizeof(int)) throw new EndOfStreamException();
        var levels = new RleBitPacked(page.Slice(sizeof(int), levelBytes), bitWidth);
        page = page[(sizeof(int) + levelBytes)..];
        return levels;
    }

    private void BeginValuesV2(ParquetPage page, ReadOnlyMemory<byte> bytes)
    {
        if (page.LevelBytes > bytes.Length || page.LevelBytes > page.Expanded) throw new EndOfStreamException();
        repetitions = column.List is null ? null : new RleBitPacked(bytes[..page.RepetitionBytes], bitWidth: 1);
        levels = LevelWidth == 0 ? null : new RleBitPacked(bytes[page.RepetitionBytes..page.LevelBytes], LevelWidth);
        var (values, length) = (bytes[page.LevelBytes..], page.Expanded - page.LevelBytes);
        // A page with only nulls has nothing to decompress.
        BeginValues(
            page, length == 0 ? default : Compression.Expand(values, page.IsCompressed ? chunk.Codec : 0, length));
    }

    private void BeginValues(ParquetPage page, ReadOnlyMemory<byte> values)
    {
        left = page.Values;
        next = page.Encoding switch
        {
            Plain => new PlainValues(values, column).Next,
            PlainDictionary or RleDictionary => FromDictionary(values),
            Rle when column.Type == ParquetType.Boolean => Flags(values),
            DeltaNumbers when column.Type is ParquetType.Int32 or ParquetType.Int64 => Deltas(values),
            DeltaLengths when column.Type == ParquetType.ByteArray => DeltaTexts(values, hasPrefixes: false),
            DeltaPrefixes when column.Type == ParquetType.ByteArray => DeltaTexts(values, hasPrefixes: true),
            _ => throw new InvalidDataException(
                $"has values in the encoding {page.Encoding}, which is not supported; write it with plain, " +
                "dictionary or delta encoding, as pandas does by default"),
        };
    }

    private Func<string> FromDictionary(ReadOnlyMemory<byte> values)
    {
        if (values.IsEmpty) return () => throw new EndOfStreamException();
        var indices = new RleBitPacked(values[1..], values.Span[0]);
        return () =>
        {
            var index = indices.Next();
            return index < places.Length ? dictionary!.At(places[index])
                : throw new InvalidDataException("has a value that is not in its dictionary");
        };
    }

    /// <summary>A page has at least a byte of head; one without values may be empty.</summary>
    private Func<string> Deltas(ReadOnlyMemory<byte> values)
    {
        if (values.IsEmpty) return () => throw new EndOfStreamException();
        var numbers = new DeltaBinaryPacked(values);
        return () => PlainValues.Whole(numbers.Next(), column);
    }

    private static Func<string> DeltaTexts(ReadOnlyMemory<byte> values, bool hasPrefixes) => values.IsEmpty
        ? () => throw new EndOfStreamException()
        : new DeltaTexts(values, hasPrefixes, MaxPageBytes).Next;

    private static Func<string> Flags(ReadOnlyMemory<byte> values)
    {
        if (values.Length < sizeof(int)) throw new EndOfStreamException();
        var flags = new RleBitPacked(values[sizeof(int)..], bitWidth: 1);
        return () => PlainValues.FlagText(flags.Next() == 1);
    }
}
