namespace PieService.Domain.Statistics;

/// <summary>
/// The distribution of the p value of a discrete test if its null hypothesis holds: P(p at most a) = a at each
/// attainable value a.
/// </summary>
public sealed class NullDistribution
{
    /// <summary>Values that differ by less than this factor are equal up to rounding.</summary>
    public const double Tolerance = 1 + 1e-9;

    /// <summary>The most values of which <see cref="Coarsened"/> keeps all.</summary>
    public const int MostValues = 128;

    private const int RangesOfFactor10 = 7, Ranges = 64;

    private readonly double[] attainable;

    private NullDistribution(double[] attainable, bool isContinuous) =>
        (this.attainable, IsContinuous) = (attainable, isContinuous);

    /// <summary>F(t) = t, every p in [0, 1] is attainable: the distribution for p values from random tables.</summary>
    public static NullDistribution Uniform { get; } = new([], isContinuous: true);

    /// <summary>Only p = 1 is attainable: nothing was observed that could differ.</summary>
    public static NullDistribution Constant { get; } = new([1], isContinuous: false);

    /// <summary>Whether this is <see cref="Uniform"/>.</summary>
    public bool IsContinuous { get; }

    /// <summary>The attainable p values, ascending, the last one 1; none for <see cref="Uniform"/>.</summary>
    public ReadOnlySpan<double> Attainable => attainable;

    /// <param name="attainable">The attainable p values in (0, 1], in any order; equal ones are merged. One of them is
    /// 1.</param>
    /// <returns><see cref="Constant"/> if 1 is the only value.</returns>
    /// <exception cref="ArgumentException">1 is not attainable.</exception>
    public static NullDistribution Of(IEnumerable<double> attainable)
    {
        var values = new List<double>();
        foreach (var value in attainable.Order())
        {
            var rounded = value * Tolerance >= 1 ? 1 : value;
            if (values.Count > 0 && rounded <= values[^1] * Tolerance) values[^1] = rounded;
            else values.Add(rounded);
        }
        return values switch
        {
            [1] => Constant,
            [.., 1] => new NullDistribution([.. values], isContinuous: false),
            _ => throw new ArgumentException("The largest p value of a test is 1.", nameof(attainable)),
        };
    }

    /// <summary>F(t), the probability of a p value of at most t: the largest attainable value that is not above t;
    /// 0 if there is none.</summary>
    /// <param name="t">In [0, 1]; rounding of 1e-9 is allowed for.</param>
    public double At(double t)
    {
        if (IsContinuous) return t;
        var place = Array.BinarySearch(attainable, t * Tolerance);
        if (place < 0) place = ~place - 1;
        return place < 0 ? 0 : attainable[place];
    }

    /// <summary>
    /// The distribution of a p value that is replaced by <see cref="RoundedUp"/>, with a bounded number of values. It
    /// stays exact: a p value of at most a kept value a is one that was at most a before.
    /// </summary>
    /// <returns>This, if it has at most <see cref="MostValues"/> values; else the largest value of each of 64 ranges:
    /// those above 1e-9 span a factor of 10^(1/7), and smaller values are in the last one.</returns>
    public NullDistribution Coarsened()
    {
        if (attainable.Length <= MostValues) return this;
        return Of(attainable.GroupBy(Range).Select(range => range.Max()));

        static int Range(double value) => Math.Min(Ranges - 1, (int)(-RangesOfFactor10 * Math.Log10(value)));
    }

    /// <summary>The smallest attainable value of at least p.</summary>
    /// <param name="p">In (0, 1]; rounding of 1e-9 is allowed for.</param>
    public double RoundedUp(double p)
    {
        if (IsContinuous) return p;
        var place = Array.BinarySearch(attainable, p / Tolerance);
        return attainable[Math.Min(place < 0 ? ~place : place, attainable.Length - 1)];
    }
}
