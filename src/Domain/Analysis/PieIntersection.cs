namespace PieService.Domain.Analysis;

/// <summary>The examples that are PIEs of exactly these comparisons, as UpSet plots show them.</summary>
/// <param name="Sets">Indices of the comparisons, ascending.</param>
/// <param name="Examples">At least 1.</param>
public sealed record PieIntersection(IReadOnlyList<int> Sets, int Examples)
{
    /// <summary>Comparisons are the bits of a number.</summary>
    private const int MostSets = 31;

    /// <param name="sets">The positions of the PIEs of each comparison, at most 31 comparisons.</param>
    /// <returns>All intersections with examples, each example in one, the largest first; of the same size, first those
    /// of which the first comparison that is not common has the smaller index, as words in a dictionary.</returns>
    /// <exception cref="ArgumentException">There are too many comparisons.</exception>
    public static IReadOnlyList<PieIntersection> Of(IReadOnlyList<IEnumerable<int>> sets)
    {
        if (sets.Count > MostSets)
            throw new ArgumentException($"At most {MostSets} comparisons intersect at once.", nameof(sets));
        var memberships = new Dictionary<int, int>();
        foreach (var (set, positions) in sets.Index())
            foreach (var position in positions)
                memberships[position] = memberships.GetValueOrDefault(position) | (1 << set);
        return
        [
            .. memberships.Values.CountBy(members => members)
                .Select(group => new PieIntersection(
                    [.. Enumerable.Range(0, sets.Count).Where(set => (group.Key & (1 << set)) != 0)], group.Value))
                .OrderByDescending(group => group.Examples)
                .ThenBy(group => group.Sets, Comparer<IReadOnlyList<int>>.Create(Lexical)),
        ];
    }

    private static int Lexical(IReadOnlyList<int> a, IReadOnlyList<int> b)
    {
        foreach (var (x, y) in a.Zip(b))
            if (x != y) return x.CompareTo(y);
        return a.Count.CompareTo(b.Count);
    }
}
