namespace PieService.Domain.Pies;

/// <summary>The votes of one cohort on one example.</summary>
/// <param name="Mode">The class with most votes; the smallest of several.</param>
/// <param name="IsTied">Whether several classes have most votes.</param>
/// <param name="Margin">(top - second) / runs, in [0, 1]; 0 for a tie.</param>
public readonly record struct Vote(short Mode, bool IsTied, double Margin)
{
    /// <param name="votes">The number of runs that predict each class; at least one run in total.</param>
    /// <exception cref="ArgumentException">There are no votes.</exception>
    public static Vote Of(ReadOnlySpan<int> votes)
    {
        int mode = 0, second = 0, runs = votes[0];
        for (var c = 1; c < votes.Length; c++)
        {
            runs += votes[c];
            if (votes[c] > votes[mode])
            {
                second = votes[mode];
                mode = c;
            }
            else
            {
                second = Math.Max(second, votes[c]);
            }
        }
        if (runs == 0) throw new ArgumentException("A cohort without votes has no majority.", nameof(votes));
        return new Vote((short)mode, votes[mode] == second, (double)(votes[mode] - second) / runs);
    }
}
