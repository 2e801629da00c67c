namespace PieService.Domain.Statistics;

/// <summary>
/// A sum over the distributions of discrete tests, sum_i g_i(F_i(t)), as a function of t: a step function that
/// increases at attainable values.
/// </summary>
internal sealed class StepSum
{
    private readonly double[] places;
    private readonly double[] sums;

    /// <param name="counts">The distributions, none of them continuous, and the number of tests of each.</param>
    /// <param name="term">g of F and its distribution, 0 for F = 0 and increasing in F; may be infinite for F =
    /// 1.</param>
    public StepSum(
        IReadOnlyDictionary<NullDistribution, int> counts, Func<double, NullDistribution, double> term)
    {
        places = new double[counts.Keys.Sum(distribution => distribution.Attainable.Length)];
        sums = new double[places.Length];
        var place = 0;
        foreach (var (distribution, count) in counts)
        {
            var before = 0.0;
            foreach (var f in distribution.Attainable)
            {
                var value = count * term(f, distribution);
                (places[place], sums[place++], before) = (f, value - before, value);
            }
        }
        Array.Sort(places, sums);
        for (var i = 1; i < sums.Length; i++) sums[i] += sums[i - 1];
    }

    /// <summary>The places of the steps, ascending.</summary>
    public IEnumerable<double> Places => places;

    /// <summary>The sum at t, with the tolerance of <see cref="NullDistribution.At"/>.</summary>
    public double At(double t)
    {
        var place = Array.BinarySearch(places, t * NullDistribution.Tolerance);
        if (place < 0) place = ~place;
        // The search finds any of several equal places.
        while (place < places.Length && places[place] <= t * NullDistribution.Tolerance) place++;
        return place == 0 ? 0 : sums[place - 1];
    }
}
