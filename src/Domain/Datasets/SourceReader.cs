using PieService.Domain.Datasets.Corpora;
using PieService.Domain.Datasets.Reading;
using PieService.Domain.Files;

namespace PieService.Domain.Datasets;

/// <summary>
/// Reads the files of a dataset, as often as needed; every record that it yields can be stored and used for training.
/// </summary>
internal sealed class SourceReader
{
    private const int MaxIdCharacters = 1000;

    private readonly Corpus? corpus;
    private readonly DatasetFiles files;

    /// <exception cref="UnreadableFileException">The file with the names of the labels cannot be read.</exception>
    public SourceReader(DatasetDefinition definition, IReadOnlyList<DatasetPart> parts, ReadLimits limits)
    {
        corpus = PublishedCorpora.Of(definition.Format);
        var index = parts.FirstOrDefault(part => part.Name == DatasetPart.LabelIndex);
        files = new DatasetFiles(
            corpus is null ? definition with
            {
                Labels = definition.Labels ?? definition.LabelNames?.Names ?? definition.Columns!.LabelColumns,
            }
            : definition with
            {
                Columns = corpus.Columns,
                Encoding = corpus.Encoding,
                Labels = index is null ? definition.Labels : LabelIndex.Read(index, limits),
            },
            parts, limits)
        {
            IsPublished = corpus is not null,
        };
    }

    /// <summary>The definition, completed with the values that the format determines.</summary>
    public DatasetDefinition Definition => files.Definition;

    /// <summary>
    /// All valid labels in the order that decides ties; empty if any label is valid and labels are sorted by name.
    /// </summary>
    public IReadOnlyList<string> KnownLabels => corpus?.Labels ?? [];

    /// <summary>The number of documents that are not examples, by reason, in all readings so far.</summary>
    public IReadOnlyDictionary<string, int> Dropped => files.Dropped;

    /// <summary>All parts, and how they are read.</summary>
    public IEnumerable<DetectedFile> Files =>
        files.Parts.Select(part => DetectedFile.Of(part, Definition, files.Limits));

    /// <summary>The parts that contain examples, in the order of the splits.</summary>
    public IEnumerable<DatasetPart> Parts =>
        files.Parts.Where(part => DatasetPart.HoldsExamples(part.Name)).OrderBy(part => part.Split);

    /// <param name="part">A part that contains examples.</param>
    /// <exception cref="UnreadableFileException">The content of the part cannot be read.</exception>
    public IEnumerable<SourceRecord> Read(DatasetPart part, CancellationToken cancellation)
    {
        var omitted = 0;
        foreach (var record in Records(part with { Cancellation = cancellation }, files.Until(cancellation)))
        {
            cancellation.ThrowIfCancellationRequested();
            if (files.Selection.ReasonToDrop(record.Labels) is { } reason)
            {
                if (++omitted > files.Limits.Records)
                    throw new UnreadableFileException(
                        part.Name, record.Line, null,
                        $"more than {files.Limits.Records} examples are dropped, the most that this service takes");
                files.Drop(reason);
                continue;
            }
            yield return Checked(record, part);
        }
    }

    private IEnumerable<SourceRecord> Records(DatasetPart part, DatasetFiles read) =>
        corpus?.Read(part, read) ?? (Definition.Format == DatasetFormat.Parquet
            ? ParquetRecords.Of(part, read)
            : OfText(part));

    private IEnumerable<SourceRecord> OfText(DatasetPart part)
    {
        using var source = files.Open(part);
        var records = Definition.Format switch
        {
            DatasetFormat.Csv => TableRecords.Of(
                CsvRows.Read(source, part, Definition.Table.Delimiter), part, files, Definition.Table),
            DatasetFormat.Tsv => TableRecords.Of(TsvRows.Read(source), part, files, Definition.Table),
            DatasetFormat.Jsonl => JsonRecords.Of(source, part, files),
            _ => throw new NotSupportedException($"No reader for {Definition.Format}."),
        };
        foreach (var record in records) yield return record;
    }

    private SourceRecord Checked(SourceRecord record, DatasetPart part)
    {
        var columns = Definition.Columns!;
        if (Invisible.IsBlank(record.Text) && Invisible.IsBlank(record.SecondText))
            throw Error(columns.Text![0], EmptyText(record));
        if (record.Labels.Count > DatasetLimits.MaxLabels)
            throw LabelError($"has more than {DatasetLimits.MaxLabels} labels");
        if (record.Id is { } id && id.Length is 0 or > MaxIdCharacters)
            throw Error(columns.Id!, $"an id has 1 to {MaxIdCharacters} characters");

        NoNul(columns.Text![0], record.Text);
        NoNul(columns.SecondText!, record.SecondText);
        NoNul(columns.Id!, record.Id);
        foreach (var (name, value) in (columns.Attributes ?? []).Zip(record.Attributes ?? []))
        {
            if (value is { Length: > DatasetLimits.MaxAttributeValue })
                throw Error(name, $"an attribute has at most {DatasetLimits.MaxAttributeValue} characters");
            NoNul(name, value);
        }
        return record with { Labels = Labels() };

        IReadOnlyList<string> Labels()
        {
            try
            {
                return files.Selection.Named(record.Labels);
            }
            catch (FormatException fault)
            {
                throw LabelError(
                    fault.Message + (corpus is null && record.Labels.Contains("")
                        ? "; to drop the examples without a label, set 'dropLabels' to [\"\"]" : ""));
            }
        }

        void NoNul(string column, string? text)
        {
            if (text is not null && text.Contains('\0'))
                throw Error(column, "has a NUL character, which a text must not contain");
        }

        UnreadableFileException LabelError(string message) =>
            new(record.LabelFile ?? record.File ?? part.Name, record.Line, columns.ForLabels, message);

        UnreadableFileException Error(string column, string message) =>
            new(record.File ?? part.Name, record.Line, column, message);
    }

    private static string EmptyText(SourceRecord record) =>
        (record.SecondText is null ? "the text is empty" : "both texts are empty")
        + (string.IsNullOrWhiteSpace(record.Text + record.SecondText) ? "" : ": it has invisible characters only");
}
