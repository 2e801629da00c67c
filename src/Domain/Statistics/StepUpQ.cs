namespace PieService.Domain.Statistics;

/// <summary>
/// q values of N discrete tests by the step-up procedure of Döhler, Durand and Roquain (2018), whose critical values
/// are for levels up to 10 %. It uses that many discrete tests cannot have a p value as small as a level,
/// which the procedure of Benjamini and Hochberg ignores. Rejecting every q of at most a controls the false discovery
/// rate at every level a up to 0.1 if the tests are independent; above 0.1, q is nominal.
/// </summary>
public sealed class StepUpQ
{
    private const double LargestLevel = 0.1;

    /// <summary>Slightly smaller, so that <see cref="NullDistribution.At"/> does not find the value itself.</summary>
    private const double Below = 1 - 2e-9;

    private readonly double[] p, q;

    /// <param name="tests">The different tests, each p with its distribution F_i under the null hypothesis, and the
    /// number of examples that have it.</param>
    public StepUpQ(IReadOnlyDictionary<TestedVotes, int> tests)
    {
        var counts = new Dictionary<NullDistribution, int>();
        foreach (var (test, examples) in tests)
            counts[test.Null] = counts.GetValueOrDefault(test.Null) + examples;
        counts.Remove(NullDistribution.Uniform, out var uniform);
        var steps = new StepSum(counts, (f, _) => Odds(f));
        var tau = Threshold(steps, uniform, LargestLevel * tests.Values.Sum());
        var belowTau = new StepSum(counts, (f, distribution) => f / (1 - distribution.At(tau)));

        int[] examplesOf = [.. tests.Values];
        p = [.. tests.Keys.Select(test => test.P)];
        q = new double[p.Length];
        Array.Sort(p, examplesOf);
        var (start, upTo) = (0, 0);
        while (start < p.Length)
        {
            var (t, end) = (p[start], start);
            while (end < p.Length && p[end] <= t * NullDistribution.Tolerance) upTo += examplesOf[end++];
            var falselyRejected = (t < tau ? belowTau : steps).At(t);
            if (uniform > 0) falselyRejected += uniform * t / (1 - Math.Max(t, tau));
            Array.Fill(q, falselyRejected / upTo, start, end - start);
            start = end;
        }
        var smallest = 1.0;
        for (var i = q.Length - 1; i >= 0; i--) q[i] = smallest = Math.Min(smallest, q[i]);
    }

    /// <param name="p">The p value of one of the tests.</param>
    /// <returns>Its q value, in [0, 1]. A larger p never has a smaller q.</returns>
    public double At(double p) => q[Array.BinarySearch(this.p, p)];

    /// <param name="tests">The test of each of the N examples.</param>
    /// <returns>The q value of each example, in the order of the tests.</returns>
    public static double[] Of(IReadOnlyList<TestedVotes> tests)
    {
        var q = new StepUpQ(tests.CountBy(test => test).ToDictionary());
        return [.. tests.Select(test => q.At(test.P))];
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
