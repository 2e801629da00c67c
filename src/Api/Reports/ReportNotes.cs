namespace PieService.Api.Reports;

/// <summary>
/// The warnings of comparisons as numbered notes: those with the same text have one number, which counts from 1.
/// </summary>
public sealed class ReportNotes
{
    private readonly List<string> texts = [];
    private readonly Dictionary<Guid, IReadOnlyList<int>> numbers = [];

    /// <param name="comparisons">The ids of the comparisons, with the texts of their warnings.</param>
    public ReportNotes(IEnumerable<(Guid Id, IEnumerable<string> Texts)> comparisons)
    {
        var known = new Dictionary<string, int>();
        foreach (var (id, ofComparison) in comparisons)
            numbers.Add(id, [.. ofComparison.Select(NumberOf)]);

        int NumberOf(string text)
        {
            if (known.TryGetValue(text, out var number)) return number;
            texts.Add(text);
            known.Add(text, texts.Count);
            return texts.Count;
        }
    }

    /// <summary>The notes in the order of their numbers.</summary>
    public IReadOnlyList<string> Texts => texts;

    /// <summary>The numbers of the notes of a comparison.</summary>
    public IReadOnlyList<int> Of(Guid comparison) => numbers.GetValueOrDefault(comparison) ?? [];
}
