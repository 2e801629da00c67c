namespace PieService.Domain.Statistics;

/// <summary>The largest p value of an example that is significant.</summary>
public abstract record TestLevel
{
    private TestLevel()
    {
    }

    /// <param name="outcomes">The p value of each outcome of the votes, and its probability.</param>
    /// <returns>The level and its power, the probability of a p value of at most the level.</returns>
    public abstract (double Alpha, double Power) PowerOf(IEnumerable<(double P, double Probability)> outcomes);

    /// <param name="Level">In (0, 1).</param>
    public sealed record Alpha(double Level) : TestLevel
    {
        public override (double Alpha, double Power) PowerOf(IEnumerable<(double P, double Probability)> outcomes) => (
            Level,
            outcomes.Where(outcome => outcome.P <= Level * NullDistribution.Tolerance)
                .Sum(outcome => outcome.Probability));
    }

    /// <summary>
    /// The level that a threshold of q allows, if a share of the examples is affected like this one and the others are
    /// not: the largest attainable p of at most q x affected x power(p).
    /// </summary>
    /// <param name="Threshold">In (0, 1).</param>
    /// <param name="Affected">In (0, 1].</param>
    public sealed record Q(double Threshold, double Affected) : TestLevel
    {
        /// <returns>0 and 0 if there is no such p.</returns>
        public override (double Alpha, double Power) PowerOf(IEnumerable<(double P, double Probability)> outcomes)
        {
            var best = (Alpha: 0.0, Power: 0.0);
            foreach (var (p, power) in Cumulative(outcomes))
                if (p <= Threshold * Affected * power) best = (p, power);
            return best;
        }

        /// <summary>The smallest q that the example can reach: the smallest p / (affected x power(p)), at most
        /// 1.</summary>
        public static double Smallest(IEnumerable<(double P, double Probability)> outcomes, double affected)
        {
            var smallest =
                Cumulative(outcomes).Select(outcome => outcome.P / (affected * outcome.Power)).Append(1).Min();
            return smallest * NullDistribution.Tolerance >= 1 ? 1 : smallest;
        }

        /// <summary>power(p) of each attainable p, ascending; that of equal ones is that of the largest.</summary>
        private static IEnumerable<(double P, double Power)> Cumulative(
            IEnumerable<(double P, double Probability)> outcomes)
        {
            var (ordered, power) = (outcomes.OrderBy(outcome => outcome.P).ToList(), 0.0);
            for (var i = 0; i < ordered.Count; i++)
            {
                power += ordered[i].Probability;
                if (i + 1 < ordered.Count && ordered[i + 1].P <= ordered[i].P * NullDistribution.Tolerance) continue;
                if (power > 0) yield return (ordered[i].P, power);
            }
        }
    }
}
