using PieService.Domain.Datasets.Reading;
using PieService.Domain.Files;

namespace PieService.Domain.Datasets.Corpora;

/// <summary>
/// The arXiv Academic Paper Dataset (Yang et al., 2018): JSON lines <c>{"text": …, "label": […]}</c>, or, as it is
/// published, a file with one text per line and a file with the labels of each text in the same line, separated by
/// spaces.
/// </summary>
internal sealed class Aapd : Corpus
{
    public override LearningTask Task => LearningTask.MultiLabel;
    public override ColumnMapping Columns { get; } = new() { Text = "text", Labels = "label" };
    public override bool HasLabelFiles => true;

    public override IEnumerable<SourceRecord> Read(DatasetPart part, DatasetFiles files)
    {
        using var source = files.Open(part);
        var records = files.Parts.FirstOrDefault(other => other.LabelsOf == part.Name) is { } labels
            ? OfPair(part, labels, source, files)
            : JsonRecords.Of(source, part, files);
        foreach (var record in records) yield return record;
    }

    private IEnumerable<SourceRecord> OfPair(
        DatasetPart part, DatasetPart labelPart, SourceText source, DatasetFiles files)
    {
        using var labelSource = files.Open(labelPart);
        using var labels = SourceLine.Of(labelSource).GetEnumerator();
        foreach (var text in SourceLine.Of(source))
        {
            if (!labels.MoveNext())
                throw new UnreadableFileException(
                    labelPart.Name, text.Number, Columns.ForLabels,
                    $"has fewer lines than {part.Name}, which has this line");
            yield return new SourceRecord(
                text.Number, text.Text, null, labels.Current.Text.Split(' ', StringSplitOptions.RemoveEmptyEntries),
                null)
            { LabelFile = labelPart.Name };
        }
        if (labels.MoveNext())
            throw new UnreadableFileException(
                labelPart.Name, labels.Current.Number, Columns.ForLabels,
                $"has more lines than {part.Name}, which ends before this line");
    }
}
