using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>Examples that are similar to one example of the same split (analysis 8).</summary>
public static class Neighbours
{
    /// <param name="tokens">The number of tokens of each of the N examples.</param>
    /// <param name="gold">Their gold labels.</param>
    /// <param name="position">The position of the example.</param>
    /// <param name="count">The most neighbours.</param>
    /// <returns>The positions of the examples with the same gold labels whose numbers of tokens are nearest to that of
    /// the example, nearest first, of equally near ones the first.</returns>
    /// <exception cref="ArgumentException">Not every example has a number of tokens.</exception>
    public static IReadOnlyList<int> ByLength(IReadOnlyList<int> tokens, PackedLabels gold, int position, int count)
    {
        if (tokens.Count != gold.Count)
            throw new ArgumentException("Every example must have a number of tokens.", nameof(tokens));
        return
        [
            .. Enumerable.Range(0, tokens.Count)
                .Where(other => other != position && gold.At(other).SequenceEqual(gold.At(position)))
                .OrderBy(other => Math.Abs(tokens[other] - tokens[position])).Take(count),
        ];
    }
}
