namespace PieService.Domain.Statistics;

/// <summary>
/// McNemar's exact test of one label, for cohorts whose runs are pairs of one seed: b seeds where only the
/// first cohort's run has the label and e where only the second's has it are equally likely.
/// Not thread-safe.
/// </summary>
public sealed class PairedTest
{
    private readonly Dictionary<int, (double[] P, NullDistribution Null)> byDiscordant = [];

    /// <param name="firstOnly">b, at least 0.</param>
    /// <param name="secondOnly">e, at least 0.</param>
    /// <returns>p = min(1, 2 P(Bin(b + e, 1/2) at most min(b, e))), attainable at each smaller count from 0 to
    /// (b + e) / 2.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative.</exception>
    public TestedVotes Of(int firstOnly, int secondOnly)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstOnly);
        ArgumentOutOfRangeException.ThrowIfNegative(secondOnly);
        var discordant = firstOnly + secondOnly;
        if (!byDiscordant.TryGetValue(discordant, out var known))
        {
            double[] p = [.. Enumerable.Range(0, (discordant / 2) + 1)
                .Select(fewer => FairCoin.TwoSided(fewer, discordant - fewer))];
            byDiscordant[discordant] = known = (p, NullDistribution.Of(p));
        }
        return new(known.P[Math.Min(firstOnly, secondOnly)], known.Null);
    }
}
