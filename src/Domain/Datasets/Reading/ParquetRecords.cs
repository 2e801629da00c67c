using PieService.Domain.Files;
using PieService.Domain.Files.Parquet;

namespace PieService.Domain.Datasets.Reading;

/// <summary>Examples from the rows of a Parquet file; a row is identified by its number.</summary>
internal static class ParquetRecords
{
    public static IEnumerable<SourceRecord> Of(SourceFile file, DatasetDefinition definition, ReadLimits limits)
    {
        var columns = definition.Columns!;
        using var rows = new ParquetRows(file, limits);
        var text = rows.Texts(columns.Text!);
        var second = columns.SecondText is { } secondText ? rows.Texts(secondText) : null;
        var labels = definition.Task == LearningTask.MultiLabel
            ? rows.ListsOrValues(columns.ForLabels, DatasetLimits.MaxLabels)
            : rows.Values(columns.ForLabels);
        var id = columns.Id is { } idColumn ? rows.Values(idColumn) : null;
        while (rows.Next())
        {
            var record = new SourceRecord(
                rows.Number, text.Value(), second?.Value(), Labels(labels, definition), id?.Value());
            rows.Count(Characters(record));
            yield return record;
        }
    }

    private static IReadOnlyList<string> Labels(ParquetRows.Column labels, DatasetDefinition definition)
    {
        if (labels.HasLists) return labels.List();
        var cell = labels.Value();
        try
        {
            return LabelCell.Read(cell, definition);
        }
        catch (FormatException malformed)
        {
            throw labels.Error(malformed.Message);
        }
    }

    private static long Characters(SourceRecord record) =>
        (long)record.Text.Length + (record.SecondText?.Length ?? 0) + record.Labels.Sum(name => 1L + name.Length) +
        (record.Id?.Length ?? 0);
}
