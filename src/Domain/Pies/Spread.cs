namespace PieService.Domain.Pies;

/// <summary>Mean and sample standard deviation (ddof = 1) over seeds; the deviation is null below two.</summary>
public sealed record Spread(double Mean, double? Sd)
{
    /// <exception cref="InvalidOperationException">There is no value.</exception>
    public static Spread Of(IReadOnlyCollection<double> values)
    {
        var mean = values.Average();
        return new Spread(
            mean,
            values.Count < 2 ? null : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1)));
    }
}
