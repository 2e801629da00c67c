namespace PieService.Domain.Analysis;

/// <summary>The pairs of a dense and a pruned run by how their answers to one example differ.</summary>
internal readonly record struct FlippedPairs(
    int RightToWrong, int WrongToRight, int WrongToOtherWrong, int BothRight, int SameWrong)
{
    /// <summary>The pairs with different answers.</summary>
    public int Changed => RightToWrong + WrongToRight + WrongToOtherWrong;

    /// <summary>Of the runs of one seed.</summary>
    /// <param name="right">The number of the right answer.</param>
    /// <param name="dense">The number of the answer of each dense run; equal answers have equal numbers.</param>
    /// <param name="pruned">The same for the pruned run of the same seed.</param>
    public static FlippedPairs OfSeeds(int right, ReadOnlySpan<int> dense, ReadOnlySpan<int> pruned)
    {
        int b = 0, c = 0, w = 0, both = 0, same = 0;
        for (var seed = 0; seed < dense.Length; seed++)
            if (dense[seed] == pruned[seed]) (both, same) = dense[seed] == right ? (both + 1, same) : (both, same + 1);
            else if (dense[seed] == right) b++;
            else if (pruned[seed] == right) c++;
            else w++;
        return new(b, c, w, both, same);
    }

    /// <summary>Of each dense with each pruned run, in time linear in the runs.</summary>
    /// <inheritdoc cref="OfSeeds"/>
    /// <param name="votes">Zeros, one for each number of an answer; they are zeros again at the end.</param>
    public static FlippedPairs OfAll(
        int right, ReadOnlySpan<int> dense, ReadOnlySpan<int> pruned, Span<int> votes)
    {
        foreach (var answer in dense) votes[answer]++;
        var (equal, prunedRight) = (0, 0);
        foreach (var answer in pruned)
        {
            equal += votes[answer];
            if (answer == right) prunedRight++;
        }
        var denseRight = votes[right];
        foreach (var answer in dense) votes[answer] = 0;

        var both = denseRight * prunedRight;
        var (b, c) = (denseRight * (pruned.Length - prunedRight), (dense.Length - denseRight) * prunedRight);
        return new(b, c, (dense.Length * pruned.Length) - equal - b - c, both, equal - both);
    }
}
