using System.Text;

namespace PieService.Domain.Files.Parquet;

internal enum ParquetType
{
    Boolean, Int32, Int64, Int96, Float, Double, ByteArray, FixedLengthByteArray,
}

/// <param name="Name">The name; of a member of a struct, the names of the struct and of the member with a dot.</param>
/// <param name="Leaf">The index among the columns that have values; null if the column has several other
/// columns.</param>
/// <param name="Level">The definition level of a row that has a value; 0 if every row has one.</param>
/// <param name="List">The levels of a list; null if the column has one value in each row.</param>
/// <param name="IsPlain">Whether the values are text, integers or booleans; false if they have another meaning, such as
/// a date.</param>
internal sealed record ParquetColumn(
    string Name, int? Leaf, ParquetType Type, int Level, ListLevels? List, bool IsPlain, bool IsUnsigned);

/// <summary>The meaning of the levels of a list's values (Dremel).</summary>
/// <param name="Item">The lowest definition level with an item; one level below, the list is empty, and on lower levels
/// there is no list.</param>
/// <param name="Value">The definition level of an item that has a value.</param>
internal readonly record struct ListLevels(int Item, int Value);

/// <summary>The location of a column's values in a row group.</summary>
internal readonly record struct ParquetChunk(long Start, long Bytes, int Codec);

internal sealed record ParquetRowGroup(long Rows, IReadOnlyList<ParquetChunk> Chunks);

/// <summary>The metadata at the end of a Parquet file: its columns and the locations of their values.</summary>
/// <param name="Columns">The columns of the top level; a struct is followed by its members.</param>
internal sealed record ParquetFooter(IReadOnlyList<ParquetColumn> Columns, IReadOnlyList<ParquetRowGroup> RowGroups)
{
    /// <summary>Members of deeper structs are not columns.</summary>
    private const int MaxDepth = 4;

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
        return new ParquetFooter(Tree(elements), groups);
    }

    /// <summary>The schema is a tree in depth-first order; its root comes first.</summary>
    private static List<ParquetColumn> Tree(List<Element> elements)
    {
        var (columns, place, leaf) = (new List<ParquetColumn>(), 1, 0);
        while (place < elements.Count) Add(elements, ref place, ref leaf, new Struct("", 0, 0), columns);
        return columns;
    }

    /// <summary>Adds the column at a place of the tree, and the members of a struct.</summary>
    private static void Add(
        List<Element> elements, ref int place, ref int leaf, Struct parent, List<ParquetColumn> columns)
    {
        var top = elements[place];
        var (values, list) = Values(elements, place, parent.Level);
        var level = parent.Level + (top.Repetition == 1 ? 1 : 0);
        columns.Add(new ParquetColumn(
            parent.Prefix + top.Name, values is null ? null : leaf, values?.Type ?? default, level, list,
            values?.IsPlain ?? false, values?.Converted is >= 11 and <= 14));
        if (values is null && top.Repetition != 2 && parent.Depth < MaxDepth)
        {
            place++;
            var members = new Struct($"{parent.Prefix}{top.Name}.", level, parent.Depth + 1);
            for (var left = top.Children; left > 0 && place < elements.Count; left--)
                Add(elements, ref place, ref leaf, members, columns);
            return;
        }
        for (var open = 1L; open > 0 && place < elements.Count; place++)
        {
            open += elements[place].Children - 1;
            if (elements[place].Children == 0) leaf++;
        }
    }

    /// <summary>
    /// The leaf with a column's values and, for a list, its levels. A list is a repeated column or one of the forms of
    /// a LIST, in all of which each group has one child. Null for any other column.
    /// </summary>
    /// <param name="parentLevel">The definition level of the struct that has the column.</param>
    private static (Element? Values, ListLevels? List) Values(List<Element> elements, int place, int parentLevel)
    {
        var (level, item) = (parentLevel, 0);
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

    /// <param name="Prefix">The names before those of its members.</param>
    /// <param name="Level">The definition level of a row that has it.</param>
    private readonly record struct Struct(string Prefix, int Level, int Depth);

    private readonly record struct Element(
        string Name, ParquetType Type, int Repetition, int Children, int? Converted, int? Logical)
    {
        /// <summary>UTF8, ENUM, JSON and integers, in the older and in the newer notation; and a column without any
        /// value, whose type is unknown.</summary>
        public bool IsPlain =>
            Converted is null or 0 or 4 or (>= 11 and <= 19) && Logical is null or 1 or 4 or (>= 10 and <= 12);

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
