namespace PieService.Domain.Runs;

/// <summary>
/// The share of a dataset's training split that has word vectors. Words without one all get the same vector, the mean,
/// so a model cannot tell them apart.
/// </summary>
/// <param name="Types">The share of the different words, in [0, 1].</param>
/// <param name="Tokens">The share of all occurrences of words, in [0, 1].</param>
public sealed record VectorCoverage(double Types, double Tokens)
{
    /// <param name="counts">The number of occurrences of each of V words in the training split.</param>
    /// <param name="found">Whether each of the V words has a vector.</param>
    /// <returns>Null if no word occurs.</returns>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static VectorCoverage? Of(ReadOnlySpan<int> counts, ReadOnlySpan<bool> found)
    {
        if (counts.Length != found.Length)
            throw new ArgumentException($"{counts.Length} counts and {found.Length} words.", nameof(found));
        var (types, tokens, typesFound, tokensFound) = (0L, 0L, 0L, 0L);
        for (var word = 0; word < counts.Length; word++)
        {
            if (counts[word] == 0) continue;
            (types, tokens) = (types + 1, tokens + counts[word]);
            if (found[word]) (typesFound, tokensFound) = (typesFound + 1, tokensFound + counts[word]);
        }
        return types == 0 ? null : new((double)typesFound / types, (double)tokensFound / tokens);
    }
}
