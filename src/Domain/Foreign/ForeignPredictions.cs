using PieService.Domain.Datasets;
using PieService.Domain.Foreign.Assembly;
using PieService.Domain.Predictions;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Foreign;

/// <summary>
/// The predictions of all runs of an import for the same examples. They are in files that are deleted with it; a run is
/// read at a time.
/// </summary>
public sealed class ForeignPredictions : IDisposable
{
    private readonly ImportContent content;

    internal ForeignPredictions(ImportContent content)
    {
        this.content = content;
        Gold = PackedLabels.Of(
            Task.Learning(), Labels.Count,
            content.Order.Select(example => (IReadOnlyList<short>)[
                .. content.Facts.Gold(example)!.Select(content.Packing.IndexOf)]));
    }

    public ForeignTask Task => content.Task;

    /// <summary>In the order that decides ties; with <see cref="ForeignImport.NoAnswerLabel"/> as the last one if a run
    /// gave no answer.</summary>
    public IReadOnlyList<string> Labels => content.Labels;

    /// <summary>The gold labels of the examples.</summary>
    public PackedLabels Gold { get; }

    /// <summary>By cohort, in the order of the definition, and seed.</summary>
    public IReadOnlyList<ForeignRun> Runs => content.Runs;

    public ImportCounts Counts => content.Counts;

    /// <summary>
    /// The positions of the examples in an existing dataset, or 0 to N - 1: all of them, unless examples are left out
    /// that some run lacks.
    /// </summary>
    public IReadOnlyList<int> Positions => content.Positions;

    /// <summary>The examples in their order.</summary>
    public IEnumerable<ForeignExample> Examples() => content.Order.Select(example => new ForeignExample(
        content.Examples.KeyOf(example) is var key && key.Id is { } id ? id : $"{key.Position}",
        content.Facts.Text(example), content.Facts.Gold(example)!, content.Facts.Cluster(example)));

    /// <summary>
    /// The <see cref="DocumentHashes"/> of the examples, those of earlier imports included; null if no file has any.
    /// </summary>
    public byte[]? Documents => DocumentHashes.Pack([.. content.Order.Select(content.Facts.Hash)]);

    /// <summary>The labels and the scores of a run; memory for N examples of one run.</summary>
    public ForeignAnswers Answers(ForeignRun run)
    {
        var index = content.IndexOf(run);
        var (labelBytes, scoreBytes) = (
            content.Packing.LabelBytes, run.HasScores ? PackedPredictions.BytesPerExample(Labels.Count) : 0);
        var (labels, scores) = (new byte[(long)Gold.Count * labelBytes], new byte[(long)Gold.Count * scoreBytes]);
        foreach (var (position, row) in Rows(index))
        {
            row.Span[..labelBytes].CopyTo(labels.AsSpan(position * labelBytes));
            row.Span.Slice(labelBytes, scoreBytes).CopyTo(scores.AsSpan(position * scoreBytes));
        }
        return new(new PackedLabels(Task.Learning(), Labels.Count, labels), run.HasScores ? scores : null);
    }

    /// <summary>The open answers of a run of a correctness task; null where the file has none.</summary>
    public IEnumerable<string?> AnswerTexts(ForeignRun run) =>
        from row in Rows(content.IndexOf(run))
        let text = AnswerPacking.TextOf(row.Row.Span)
        select text.IsNone ? null : content.AnswerTexts.Read(text);

    public void Dispose() => content.Dispose();

    private IEnumerable<(int Position, ReadOnlyMemory<byte> Row)> Rows(int run)
    {
        var bytes = content.Packing.RowBytes(Runs[run].HasScores);
        foreach (var block in ExampleBlock.Of(Gold.Count, bytes, budget: 1024 * 1024))
        {
            var rows = content.Answers.Read(run, block.Start, block.Count);
            for (var i = 0; i < block.Count; i++) yield return (block.Start + i, rows.AsMemory(i * bytes, bytes));
        }
    }
}

/// <summary>A run of a cohort without recipe.</summary>
/// <param name="Seed">The seed, or the number of an evaluation or a setting.</param>
/// <param name="Threshold">The probability by which the labels of multi-label data were decided; null if the file has
/// the labels.</param>
public sealed record ForeignRun(ForeignCohort Cohort, int Seed, bool HasScores, double? Threshold);

/// <summary>The answers of a run.</summary>
/// <param name="Scores">Examples x labels, float16, as <see cref="RunPredictions.Scores"/>; null if the file has none.
/// </param>
public sealed record ForeignAnswers(PackedLabels Labels, byte[]? Scores);

/// <summary>An example of an import.</summary>
/// <param name="SourceId">Its id in the files, or its position there.</param>
/// <param name="Text">Null if no file has it.</param>
/// <param name="Gold">The names of its gold labels.</param>
/// <param name="Cluster">The group to which it belongs; null if no file has it.</param>
public sealed record ForeignExample(string SourceId, string? Text, IReadOnlyList<string> Gold, string? Cluster);
