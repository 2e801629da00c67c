namespace PieService.Domain.Analysis;

/// <summary>Counts how many runs of a cohort agree on one example after the other, for single-label data.</summary>
/// <param name="runs">The number of runs of the cohort.</param>
internal sealed class MultiplicityTally(int runs)
{
    private double agreeing;
    private int examples, unanimous;

    /// <param name="votes">The votes for each label.</param>
    public void Add(ReadOnlySpan<int> votes)
    {
        examples++;
        agreeing += VoteShift.SelfConsistency(votes) ?? 0;
        if (votes.Contains(runs)) unanimous++;
    }

    /// <summary>Of at least one example.</summary>
    public CohortMultiplicity Multiplicity() =>
        new(runs < 2 ? null : agreeing / examples, (double)unanimous / examples);
}
