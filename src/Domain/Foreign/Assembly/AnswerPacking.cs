using System.Buffers.Binary;
using PieService.Domain.Foreign.Formats;
using PieService.Domain.Predictions;

namespace PieService.Domain.Foreign.Assembly;

/// <summary>An answer as a row of bytes: the labels, then the scores, then the place of the text of an open answer.
/// </summary>
internal sealed class AnswerPacking
{
    private readonly ForeignTask task;
    private readonly IReadOnlyList<string> labels;
    private readonly Dictionary<string, int> indices;

    /// <param name="labels">In their order; with the label for no answer if there is one.</param>
    public AnswerPacking(ForeignTask task, IReadOnlyList<string> labels)
    {
        (this.task, this.labels) = (task, labels);
        indices = labels.Index().ToDictionary(label => label.Item, label => label.Index, StringComparer.Ordinal);
        LabelBytes = PackedLabels.BytesPerExample(task.Learning(), labels.Count);
    }

    public int LabelBytes { get; }

    public int RowBytes(bool hasScores) =>
        LabelBytes + (hasScores ? PackedPredictions.BytesPerExample(labels.Count) : 0) + TextBytes;

    private int TextBytes => task == ForeignTask.Correctness ? TextPlace.Bytes : 0;

    public short IndexOf(string label) => (short)indices[label];

    /// <summary>Why the scores of a record do not fit the labels; null if they do.</summary>
    /// <param name="scored">The number of labels without the label for no answer.</param>
    public static string? Fault(ForeignRecord record, int scored) =>
        record.Scores is { Labels: null } scores && scores.Values.Length != scored
            ? $"has {scores.Values.Length} scores, and there are {scored} labels; set dataset.labels to the labels in "
                + "the order of the scores"
            : null;

    public void Pack(ForeignRecord record, bool hasScores, TextPlace text, Span<byte> row)
    {
        PackedLabels.Pack(task.Learning(), labels.Count, Answer(record), row[..LabelBytes]);
        if (hasScores)
            StoredScores.Pack(
                record.Scores is { } scores
                    ? StoredScores.InOrder(scores, labels.Count, label => indices[label], task)
                    : [.. Enumerable.Repeat(StoredScores.Lowest, labels.Count)],
                row[LabelBytes..^TextBytes]);
        if (task != ForeignTask.Correctness) return;
        BinaryPrimitives.WriteInt64LittleEndian(row[^TextPlace.Bytes..], text.Offset);
        BinaryPrimitives.WriteInt32LittleEndian(row[^sizeof(int)..], text.Length);
    }

    public static TextPlace TextOf(ReadOnlySpan<byte> row) => new(
        BinaryPrimitives.ReadInt64LittleEndian(row[^TextPlace.Bytes..]),
        BinaryPrimitives.ReadInt32LittleEndian(row[^sizeof(int)..]));

    private List<short> Answer(ForeignRecord record) =>
        record.Answer is { } answer ? [.. answer.Select(IndexOf)]
        : record.Scores is not { } scores
            ? [IndexOf(task == ForeignTask.Correctness ? ForeignTasks.Wrong : ForeignImport.NoAnswerLabel)]
        : task == ForeignTask.MultiLabel ? Above(scores)
        : [Highest(scores)];

    /// <summary>The first label with the highest score as the file has it: stored scores are rounded.</summary>
    private short Highest(ForeignScores scores)
    {
        var (best, highest) = ((short)0, double.NegativeInfinity);
        foreach (var (i, score) in scores.Values.Index())
            if (LabelOf(scores, i) is var label && (score > highest || (score == highest && label < best)))
                (best, highest) = (label, score);
        return best;
    }

    /// <summary>The labels whose probability is above the threshold.</summary>
    private List<short> Above(ForeignScores scores) =>
    [
        .. from i in Enumerable.Range(0, scores.Values.Length)
           where scores.ProbabilityOfLabel(i) > scores.Threshold
           select LabelOf(scores, i),
    ];

    private short LabelOf(ForeignScores scores, int i) =>
        scores.Labels is null ? (short)i : IndexOf(scores.Labels[i]);
}
