namespace PieService.Domain.Analysis;

/// <summary>Examples that are similar to one example of the same split.</summary>
public static class Neighbours
{
    /// <param name="others">The position and the number of tokens of each other example.</param>
    /// <param name="tokens">The number of tokens of the example.</param>
    /// <param name="count">The most neighbours.</param>
    /// <returns>Those whose numbers of tokens are nearest to that of the example, nearest first, of equally near ones
    /// the first.</returns>
    public static IReadOnlyList<Neighbour> ByLength(IEnumerable<Neighbour> others, int tokens, int count) =>
    [
        .. others.OrderBy(other => Math.Abs(other.Tokens - tokens)).ThenBy(other => other.Position).Take(count),
    ];

    /// <summary>Those whose texts are most similar to that of the example, the most similar first.</summary>
    public static IReadOnlyList<Neighbour> ByText(IEnumerable<Neighbour> others, int count) =>
        [.. others.OrderByDescending(other => other.Similarity).ThenBy(other => other.Position).Take(count)];
}

/// <param name="Similarity">By <see cref="TermWeights.Cosine"/>, in [0, 1]; null if it was not computed.</param>
public sealed record Neighbour(int Position, int Tokens, double? Similarity);
