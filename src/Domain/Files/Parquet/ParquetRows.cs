using System.Buffers.Binary;
using PieService.Domain.Datasets;
using PieService.Domain.Datasets.Reading;

namespace PieService.Domain.Files.Parquet;

/// <summary>Examples from the rows of a Parquet file; a row is known by its number. docs/decisions/0009 says why the reader is our own.</summary>
internal static class ParquetRecords
{
    private const int MaxFooterBytes = 16 * 1024 * 1024;
    private static readonly byte[] Magic = [.. "PAR1"u8];

    public static IEnumerable<SourceRecord> Read(DatasetPart part, DatasetDefinition definition, ReadLimits limits)
    {
        var columns = definition.Columns!;
        using var file = Unpacked.Open(part, limits);
        var (footer, valuesEnd) = Whole(part, () => ReadFooter(file));
        var (text, second) = (Find(footer, columns.Text!, part, isText: true), Find(footer, columns.SecondText, part, isText: true));
        var (label, id) = (Find(footer, columns.ForLabels, part, mayBeList: definition.Task == LearningTask.MultiLabel), Find(footer, columns.Id, part));
        var (row, characters, unpacked) = (0L, 0L, new UnpackedBytes(limits.FileBytes));
        foreach (var group in footer.RowGroups)
        {
            var (texts, seconds) = (Values(text)!, Values(second));
            var (labels, ids) = (Values(label)!, Values(id));
            for (var left = group.Rows; left > 0; left--)
            {
                row++;
                var record = new SourceRecord(
                    row, Value(texts, columns.Text!), seconds is null ? null : Value(seconds, columns.SecondText!),
                    Labels(labels), ids is null ? null : Value(ids, columns.Id!));
                Count(record);
                yield return record;
            }

            ParquetColumnReader? Values(ParquetColumn? column) => column is null ? null : Whole(part, () => column.Leaf < group.Chunks.Count
                ? new ParquetColumnReader(file, valuesEnd, group.Chunks[column.Leaf.Value], column, unpacked, part.Cancellation)
                : throw new InvalidDataException("has a row group that lacks columns"), row + 1, column.Name);
        }

        string Value(ParquetColumnReader values, string column) => Whole(part, values.Next, row, column)
            ?? throw new DatasetContentException(part.Name, row, column, "has no value");

        IReadOnlyList<string> Labels(ParquetColumnReader values)
        {
            if (label.List is not null)
                return Whole(part, values.NextList, row, columns.ForLabels) ?? throw new DatasetContentException(part.Name, row, columns.ForLabels, "has no value");
            try
            {
                return LabelCell.Read(Value(values, columns.ForLabels), definition);
            }
            catch (FormatException malformed)
            {
                throw new DatasetContentException(part.Name, row, columns.ForLabels, malformed.Message);
            }
        }

        void Count(SourceRecord record)
        {
            var length = (long)record.Text.Length + (record.SecondText?.Length ?? 0) + record.Labels.Sum(name => 1L + name.Length) + (record.Id?.Length ?? 0);
            if (length > limits.RecordCharacters)
                throw new DatasetContentException(part.Name, row, null, $"the row has more than {limits.RecordCharacters} characters, the most that this service reads");
            // A dictionary can say a long text a million times.
            characters += length;
            if (characters > limits.FileBytes)
                throw new DatasetContentException(part.Name, row, null, $"the file has more than {limits.FileBytes} characters up to here, the most that this service reads");
        }
    }

    private static (ParquetFooter Footer, long ValuesEnd) ReadFooter(Stream file)
    {
        var tail = new byte[8];
        if (file.Length < 12) throw new InvalidDataException("is no Parquet file: it is too short");
        file.Position = file.Length - tail.Length;
        file.ReadExactly(tail);
        var head = new byte[4];
        file.Position = 0;
        file.ReadExactly(head);
        if (!head.AsSpan().SequenceEqual(Magic) || !tail.AsSpan(4).SequenceEqual(Magic))
            throw new InvalidDataException("is no Parquet file, which begins and ends with PAR1; was it uploaded whole?");
        var length = BinaryPrimitives.ReadUInt32LittleEndian(tail);
        if (length > MaxFooterBytes) throw new InvalidDataException($"has a footer of more than {MaxFooterBytes} bytes; write it with fewer columns and larger row groups");
        var begin = file.Length - tail.Length - length;
        if (begin < head.Length) throw new EndOfStreamException();
        var footer = new byte[length];
        file.Position = begin;
        file.ReadExactly(footer);
        return (ParquetFooter.Read(footer), begin);
    }

    private static ParquetColumn Find(ParquetFooter footer, string? name, DatasetPart part, bool isText = false, bool mayBeList = false)
    {
        if (name is null) return null!;
        var found = footer.Columns.Where(column => column.Name == name).ToList();
        if (found.Count == 0)
            throw new DatasetContentException(part.Name, null, name, $"the file has no column '{name}'; it has {ColumnNames.Listed(footer.Columns.Select(column => column.Name))}");
        if (found.Count > 1) throw new DatasetContentException(part.Name, null, name, $"the file has more than one column '{name}'");
        var isRead = found[0] is { Leaf: not null, IsPlain: true, Type: var type } && (found[0].List is null || mayBeList)
            && (type == ParquetType.ByteArray || (!isText && type is ParquetType.Int32 or ParquetType.Int64 or ParquetType.Boolean));
        return isRead
            ? found[0]
            : throw new DatasetContentException(part.Name, null, name, isText ? "must be a column of strings"
                : mayBeList ? "must be a column of lists of strings, or of strings"
                : "must be a column of strings, whole numbers or booleans");
    }

    private static T Whole<T>(DatasetPart part, Func<T> read, long? row = null, string? column = null)
    {
        try
        {
            return read();
        }
        catch (InvalidDataException damage)
        {
            throw new DatasetContentException(part.Name, row, column, damage.Message);
        }
        catch (EndOfStreamException)
        {
            throw new DatasetContentException(part.Name, row, column, "ends too early; was it uploaded whole?");
        }
    }
}
