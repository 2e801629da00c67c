namespace PieService.Domain.Statistics;

/// <summary>
/// q values of N discrete tests by the step-up procedure of Döhler, Durand and Roquain (2018), whose critical values
/// are for levels up to 10 % (analysis 1). It uses that many discrete tests cannot have a p value as small as a level,
/// which the procedure of Benjamini and Hochberg ignores. Rejecting every q of at most a controls the false discovery
/// rate at every level a up to 0.1 if the tests are independent; above 0.1, q is nominal.
/// </summary>
public static class StepUpQ
{
    private const double LargestLevel = 0.1;

    /// <summary>Slightly smaller, so that <see cref="NullDistribution.At"/> does not find the value itself.</summary>
    private const double Below = 1 - 2e-9;

    /// <param name="tests">p of each of the N examples, with its distribution F_i under the null hypothesis.</param>
    /// <returns>q of each example, in [0, 1], in the order of the tests. A larger p never has a smaller q.</returns>
    public static double[] Of(IReadOnlyList<TestedVotes> tests)
    {
        var counts = tests.CountBy(test => test.Null).ToDictionary();
        counts.Remove(NullDistribution.Uniform, out var uniform);
        var steps = new StepSum(counts, (f, _) => Odds(f));
        var tau = Threshold(steps, uniform, LargestLevel * tests.Count);
        var belowTau = new StepSum(counts, (f, distribution) => f / (1 - distribution.At(tau)));

        double[] p = [.. tests.Select(test => test.P)];
        int[] order = [.. Enumerable.Range(0, p.Length)];
        Array.Sort(p, order);
        var (bounds, start) = (new double[p.Length], 0);
        while (start < p.Length)
        {
            var (t, end) = (p[start], start + 1);
            while (end < p.Length && p[end] <= t * NullDistribution.Tolerance) end++;
            var falselyRejected = (t < tau ? belowTau : steps).At(t);
            if (uniform > 0) falselyRejected += uniform * t / (1 - Math.Max(t, tau));
            Array.Fill(bounds, falselyRejected / end, start, end - start);
            start = end;
        }
        var (q, smallest) = (new double[p.Length], 1.0);
        for (var i = p.Length - 1; i >= 0; i--) q[order[i]] = smallest = Math.Min(smallest, bounds[i]);
        return q;
    }

    private static double Odds(double f) => f / (1 - f);

    /// <summary>tau = sup{t below 1: sum_i F_i(t) / (1 - F_i(t)) is at most <paramref name="most"/>}.</summary>
    /// <param name="uniform">The number of tests with F(t) = t, which are not in <paramref name="steps"/>.</param>
    private static double Threshold(StepSum steps, int uniform, double most)
    {
        var (last, sum) = (0.0, 0.0);
        foreach (var t in steps.Places.Append(1))
        {
            if (t <= last * NullDistribution.Tolerance) continue;
            // From the last step to this one, only the uniform distributions increase the sum.
            var reached = uniform == 0 ? 1 : (most - sum) / (most - sum + uniform);
            if (reached < t) return Math.Max(last, reached);
            var next = t < 1 ? steps.At(t) + (uniform * Odds(t)) : double.PositiveInfinity;
            if (next > most) return Math.Max(last, t * Below);
            (last, sum) = (t, steps.At(t));
        }
        return last;
    }
}
