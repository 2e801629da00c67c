using PieService.Domain.Datasets.Reading.Parquet;

namespace PieService.Domain.Datasets.Reading;

/// <summary>Reads the files of a dataset, as often as needed; whatever it yields can be stored and trained on.</summary>
internal sealed class SourceReader(DatasetDefinition definition, ReadLimits limits)
{
    private const int MaxIdCharacters = 1000;

    private readonly ColumnMapping columns = definition.Columns!;

    public IEnumerable<SourceRecord> Read(DatasetPart part)
    {
        foreach (var record in definition.Format == DatasetFormat.Parquet ? ParquetRecords.Read(part, definition, limits) : OfText(part))
        {
            Check(record, part);
            yield return record;
        }
    }

    private IEnumerable<SourceRecord> OfText(DatasetPart part)
    {
        using var source = new SourceText(part, definition.Encoding, limits);
        var records = definition.Format switch
        {
            DatasetFormat.Csv => TableRecords.Of(CsvRows.Read(source, part), part, definition),
            DatasetFormat.Tsv => TableRecords.Of(TsvRows.Read(source), part, definition),
            DatasetFormat.Jsonl => JsonLines.Read(source, part, definition),
            _ => throw new NotSupportedException($"No reader for {definition.Format}."),
        };
        foreach (var record in records) yield return record;
    }

    private void Check(SourceRecord record, DatasetPart part)
    {
        if (string.IsNullOrWhiteSpace(record.Text) && string.IsNullOrWhiteSpace(record.SecondText))
            throw Error(columns.Text!, record.SecondText is null ? "the text is empty" : "both texts are empty");
        if (record.Labels.Count > DatasetRules.MaxLabels) throw Error(columns.ForLabels, $"has more than {DatasetRules.MaxLabels} labels");
        foreach (var label in record.Labels)
        {
            if (label.Length == 0) throw Error(columns.ForLabels, "the label is empty");
            if (!FieldError.IsName(label) || label != label.Trim())
                throw Error(columns.ForLabels, "a label has 1 to 200 characters, no blanks at its ends and no control characters");
        }
        if (record.Id is { } id && id.Length is 0 or > MaxIdCharacters)
            throw Error(columns.Id!, $"an id has 1 to {MaxIdCharacters} characters");

        // In a file's own characters there is none; JSON can escape one.
        NoNul(columns.Text!, record.Text);
        NoNul(columns.SecondText!, record.SecondText);
        NoNul(columns.Id!, record.Id);

        void NoNul(string column, string? text)
        {
            if (text is not null && text.Contains('\0')) throw Error(column, "has a NUL character, which no text can hold");
        }

        DatasetContentException Error(string column, string message) => new(part.Name, record.Line, column, message);
    }
}
