using PieService.Domain.Datasets.Reading;
using PieService.Domain.Files;

namespace PieService.Domain.Datasets.Corpora;

/// <summary>
/// Questions, classified by the type of their answer (Li and Roth, 2002): <c>COARSE:fine question</c> in each line,
/// Latin-1. The coarse class is the label.
/// </summary>
internal sealed class Trec : Corpus
{
    public override LearningTask Task => LearningTask.SingleLabel;
    public override ColumnMapping Columns { get; } = new() { Text = "question", Label = "class" };
    public override TextEncoding Encoding => TextEncoding.Latin1;

    public override IEnumerable<SourceRecord> Read(DatasetPart part, DatasetFiles files)
    {
        using var source = files.Open(part);
        foreach (var read in SourceLine.Of(source))
        {
            var line = read with { Text = SourceText.WithoutMark(read.Text) };
            if (line.Text.Length == 0) continue;
            var (colon, space) =
                (line.Text.IndexOf(':', StringComparison.Ordinal), line.Text.IndexOf(' ', StringComparison.Ordinal));
            if (colon < 1 || space < colon + 2)
                throw new UnreadableFileException(
                    part.Name, line.Number, Columns.Label,
                    "must begin with its classes and a blank, such as 'NUM:date '");
            yield return new SourceRecord(line.Number, line.Text[(space + 1)..], null, [line.Text[..colon]], null);
        }
    }
}
