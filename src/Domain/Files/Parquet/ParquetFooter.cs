using System.Text;

namespace PieService.Domain.Files.Parquet;

internal enum ParquetType
{
    Boolean, Int32, Int64, Int96, Float, Double, ByteArray, FixedLengthByteArray,
}

/// <param name="Leaf">The index among the columns that have values; null if the column has several other
/// columns.</param>
/// <param name="List">The levels of a list; null if the column has one value in each row.</param>
/// <param name="IsPlain">Whether the values are text, integers or booleans; false if they have another meaning, such as
/// a date.</param>
internal sealed record ParquetColumn(
    string Name, int? Leaf, ParquetType Type, bool IsOptional, ListLevels? List, bool IsPlain, bool IsUnsigned);

/// <summary>The meaning of the levels of a list's values (Dremel).</summary>
/// <param name="Item">The lowest definition level with an item; one level below, the list is empty, and on lower levels
/// there is no list.</param>
/// <param name="Value">The definition level of an item that has a value.</param>
internal readonly record struct ListLevels(int Item, int Value);

/// <summary>The location of a column's values in a row group.</summary>
internal readonly record struct ParquetChunk(long Start, long Bytes, int Codec);

internal sealed record ParquetRowGroup(long Rows, IReadOnlyList<ParquetChunk> Chunks);

/// <summary>The metadata at the end of a Parquet file: its columns and the locations of their values.</summary>
/// <param name="Columns">The columns of the top level.</param>
internal sealed record ParquetFooter(IReadOnlyList<ParquetColumn> Columns, IReadOnlyList<ParquetRowGroup> RowGroups)
{
    /// <exception cref="InvalidDataException">The footer is damaged.</exception>
    /// <exception cref="EndOfStreamException">The footer is truncated.</exception>
    public static ParquetFooter Read(ReadOnlySpan<byte> bytes)
    {
        var reader = new ThriftReader(bytes);
        var (elements, groups, field) = (new List<Element>(), new List<ParquetRowGroup>(), 0);
        while (reader.NextField(ref field, out var type))
        {
            if (field == 2)
                for (var left = reader.Structs(type); left > 0; left--) elements.Add(Element.Read(ref reader));
            else if (field == 4)
                for (var left = reader.Structs(type); left > 0; left--) groups.Add(ReadGroup(ref reader));
            else reader.Skip(type);
        }
        return new ParquetFooter([.. TopLevel(elements)], groups);
    }

    /// <summary>The schema is a tree in depth-first order; its root comes first.</summary>
    private static List<ParquetColumn> TopLevel(List<Element> elements)
    {
        var (columns, leaf) = (new List<ParquetColumn>(), 0);
        for (var i = 1; i < elements.Count;)
        {
            var top = elements[i];
            var (values, list) = Values(elements, i);
            columns.Add(new ParquetColumn(
                top.Name, values is null ? null : leaf, values?.Type ?? default, top.Repetition == 1, list,
                values?.IsPlain ?? false, values?.Converted is >= 11 and <= 14));
            for (var open = 1L; open > 0 && i < elements.Count; i++)
            {
                open += elements[i].Children - 1;
                if (elements[i].Children == 0) leaf++;
            }
        }
        return columns;
    }

    /// <summary>
    /// The leaf with a column's values and, for a list, its levels. A list is a repeated column or one of the forms of
    /// a LIST, in all of which each group has one child. Null for any other column.
    /// </summary>
    private static (Element? Values, ListLevels? List) Values(List<Element> elements, int place)
    {
        var (level, item) = (0, 0);
        for (var i = place; i < elements.Count; i++)
        {
            var element = elements[i];
            if (element.Repetition != 0) level++;
            if (element.Repetition == 2 && item > 0) break;
            if (element.Repetition == 2) item = level;
            if (element.Children == 0 && item > 0) return (element, new ListLevels(item, level));
            if (element.Children == 0 && i == place) return (element, null);
            if (element.Children != 1) break;
        }
        return (null, null);
    }

    private static ParquetRowGroup ReadGroup(ref ThriftReader reader)
    {
        var (chunks, rows, field) = (new List<ParquetChunk>(), 0L, 0);
        while (reader.NextField(ref field, out var type))
        {
            if (field == 1)
                for (var left = reader.Structs(type); left > 0; left--) chunks.Add(ReadChunk(ref reader));
            else if (field == 3) rows = reader.Integer(type);
            else reader.Skip(type);
        }
        return new ParquetRowGroup(rows, chunks);
    }

    private static ParquetChunk ReadChunk(ref ThriftReader reader)
    {
        var (chunk, field) = (default(ParquetChunk), 0);
        while (reader.NextField(ref field, out var type))
        {
            if (field == 1) throw new InvalidDataException("keeps its values in another file");
            if (field == 3) chunk = ReadPlace(ref reader, type);
            else reader.Skip(type);
        }
        return chunk;
    }

    private static ParquetChunk ReadPlace(ref ThriftReader reader, ThriftType structure)
    {
        ThriftReader.Struct(structure);
        var (codec, bytes, data, dictionary, field) = (0, 0L, 0L, 0L, 0);
        while (reader.NextField(ref field, out var type))
        {
            if (field == 4) codec = reader.Int32(type);
            else if (field == 7) bytes = reader.Integer(type);
            else if (field == 9) data = reader.Integer(type);
            else if (field == 11) dictionary = reader.Integer(type);
            else reader.Skip(type);
        }
        // Some writers write 0 if there is no dictionary.
        return new ParquetChunk(dictionary > 0 ? Math.Min(dictionary, data) : data, bytes, codec);
    }

    private readonly record struct Element(
        string Name, ParquetType Type, int Repetition, int Children, int? Converted, int? Logical)
    {
        /// <summary>UTF8, ENUM, JSON and integers, in the older and in the newer notation.</summary>
        public bool IsPlain =>
            Converted is null or 0 or 4 or (>= 11 and <= 19) && Logical is null or 1 or 4 or 10 or 12;

        public static Element Read(ref ThriftReader reader)
        {
            var (element, field) = (new Element { Name = "" }, 0);
            while (reader.NextField(ref field, out var type))
            {
                if (field == 1) element = element with { Type = (ParquetType)reader.Int32(type) };
                else if (field == 3) element = element with { Repetition = reader.Int32(type) };
                else if (field == 4) element = element with { Name = Encoding.UTF8.GetString(reader.Binary(type)) };
                else if (field == 5) element = element with { Children = Math.Max(0, reader.Int32(type)) };
                else if (field == 6) element = element with { Converted = reader.Int32(type) };
                else if (field == 10) element = element with { Logical = ReadLogical(ref reader, type) };
                else reader.Skip(type);
            }
            return element;
        }

        /// <summary>A union: the id of its only field is the type.</summary>
        private static int ReadLogical(ref ThriftReader reader, ThriftType structure)
        {
            ThriftReader.Struct(structure);
            var (logical, field) = (0, 0);
            while (reader.NextField(ref field, out var type))
            {
                logical = field;
                reader.Skip(type);
            }
            return logical;
        }
    }
}
