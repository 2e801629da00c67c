namespace PieService.Domain.Datasets;

/// <summary>Measures the examples of a split one after the other: their hash, their labels and the lengths of their
/// texts.</summary>
internal sealed class SplitMeasure(Split split, int labelCount) : IDisposable
{
    private readonly int[] perLabel = new int[labelCount];
    private readonly LengthCounts lengths = new();

    public SplitHash Hash { get; } = new(split);

    public void Add(string text, string? secondText, ReadOnlySpan<short> labels)
    {
        Hash.Add(text, secondText, labels);
        lengths.Add(BasicEnglish.Tokenise(text, secondText).Count);
        foreach (var label in labels) perLabel[label]++;
    }

    public SplitSummary Summarise() => new(
        Hash.Split, Hash.Count, perLabel, lengths.Summarise(), lengths.Percentiles());

    public void Dispose() => Hash.Dispose();
}
