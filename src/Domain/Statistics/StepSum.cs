namespace PieService.Domain.Statistics;

/// <summary>
/// A sum over the distributions of discrete tests, sum_i g_i(F_i(t)), as a function of t: a step function that
/// increases at attainable values. Tests of many labels have millions of them. The places of so many steps are rounded
/// down by less than 1/1024, so that there are few: the sum is never smaller than without rounding, and q values stay
/// valid.
/// </summary>
public sealed class StepSum
{
    private const int MostExact = 1 << 20, RoundedBits = 42;

    private readonly double[] places;
    private readonly double[] sums;

    /// <param name="counts">The distributions, none of them continuous, and the number of tests of each.</param>
    /// <param name="term">g of F and its distribution, 0 for F = 0 and increasing in F; may be infinite for F =
    /// 1.</param>
    /// <param name="mostExact">The most attainable values whose places are not rounded.</param>
    public StepSum(
        IReadOnlyDictionary<NullDistribution, int> counts, Func<double, NullDistribution, double> term,
        int mostExact = MostExact)
    {
        var isRounded = counts.Keys.Sum(distribution => (long)distribution.Attainable.Length) > mostExact;
        var steps = new Dictionary<double, double>();
        foreach (var (distribution, count) in counts)
        {
            var before = 0.0;
            foreach (var f in distribution.Attainable)
            {
                var (place, value) = (isRounded ? RoundedDown(f) : f, count * term(f, distribution));
                steps[place] = steps.GetValueOrDefault(place) + (value - before);
                before = value;
            }
        }
        (places, sums) = ([.. steps.Keys], [.. steps.Values]);
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

    /// <summary>The number without the last bits of its significand.</summary>
    private static double RoundedDown(double place) =>
        BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(place) & (-1L << RoundedBits));
}
