using PieService.Domain.Files;
using PieService.Domain.Files.Parquet;

namespace PieService.Domain.Datasets.Reading;

/// <summary>Examples from the rows of a Parquet file; a row is identified by its number.</summary>
internal static class ParquetRecords
{
    public static IEnumerable<SourceRecord> Of(SourceFile file, DatasetFiles files)
    {
        var columns = files.Definition.Columns!;
        using var rows = new ParquetRows(file, files.Limits);
        var texts = columns.Text!.Select(rows.Texts).ToList();
        var second = columns.SecondText is { } secondText ? rows.Texts(secondText) : null;
        var flags = columns.LabelColumns?.ToDictionary(name => name, name => rows.Labels(name), StringComparer.Ordinal);
        var labels = flags is null ? rows.Labels(columns.ForLabels, DatasetLimits.MaxLabels) : null;
        var id = columns.Id is { } idColumn ? rows.Values(idColumn) : null;
        var split = columns.Split is { } splitColumn ? rows.Texts(splitColumn) : null;
        var attributes = columns.Attributes?.Select(rows.Values).ToList();
        while (rows.Next())
        {
            // Every cell of a row is read, whatever the others are.
            string[] parts = [.. texts.Select(text => texts.Count > 1 ? text.Optional() ?? "" : text.Value())];
            yield return new SourceRecord(
                rows.Number, columns.Join(parts),
                second?.Value(), flags is null ? Labels(labels!, files.Definition) : Labels(flags, files), id?.Value())
            {
                Split = split is null ? null : At(split, () => SplitName.Of(split.Value())),
                Attributes = attributes?.Select(attribute => attribute.Optional()).ToList(),
            };
        }
    }

    private static IReadOnlyList<string> Labels(ParquetRows.Column labels, DatasetDefinition definition) => At(
        labels, () =>
        {
            if (labels.HasLists)
            {
                var list = labels.OptionalList();
                if (list is null) return [""];
                if (labels.IsReal) list = [.. list.Select(LabelValue.OfReal)];
                return definition.Task == LearningTask.SingleLabel ? LabelCell.Only(list) : list;
            }
            return labels.Optional() is { } cell
                ? LabelCell.Read(labels.IsReal ? LabelValue.OfReal(cell) : cell, definition) : [""];
        });

    private static IReadOnlyList<string> Labels(Dictionary<string, ParquetRows.Column> flags, DatasetFiles files)
    {
        // Every cell of a row is read, whatever its labels are.
        var cells = flags.ToDictionary(flag => flag.Key, flag => Cell(flag.Value), StringComparer.Ordinal);
        return LabelFlag.Labels(
            files.Definition.Columns!.LabelColumns!, files.Selection, name => cells[name],
            (name, message) => flags[name].Error(message));
    }

    private static string Cell(ParquetRows.Column flag) => At(
        flag, () => flag.Optional() is { } cell ? flag.IsReal ? LabelValue.OfReal(cell) : cell : "");

    private static T At<T>(ParquetRows.Column column, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException malformed)
        {
            throw column.Error(malformed.Message);
        }
    }
}
