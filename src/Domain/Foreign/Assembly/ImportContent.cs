using PieService.Domain.Datasets;
namespace PieService.Domain.Foreign.Assembly;

/// <summary>All that was read of an import, before it is stored.</summary>
internal sealed class ImportContent : IDisposable
{
    public required ForeignTask Task { get; init; }
    public required IReadOnlyList<string> Labels { get; init; }
    public required ExampleIndex Examples { get; init; }
    public required ExampleFacts Facts { get; init; }

    /// <summary>The index of the example at each position.</summary>
    public required int[] Order { get; init; }
    public required IReadOnlyList<int> Positions { get; init; }
    public required IReadOnlyList<ForeignRun> Runs { get; init; }
    public required ImportCounts Counts { get; init; }
    public required AnswerPacking Packing { get; init; }
    public required AnswerScratch Answers { get; init; }
    public required TextScratch AnswerTexts { get; init; }

    public int IndexOf(ForeignRun run)
    {
        for (var i = 0; i < Runs.Count; i++)
            if (ReferenceEquals(Runs[i], run)) return i;
        throw new ArgumentException("The run is not one of this import.", nameof(run));
    }

    public void Dispose()
    {
        Facts.Dispose();
        Answers.Dispose();
        AnswerTexts.Dispose();
    }
}
