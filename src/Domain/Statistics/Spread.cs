namespace PieService.Domain.Statistics;

/// <summary>
/// The mean and the sample standard deviation (ddof = 1) over seeds; the deviation is null for fewer than two values.
/// </summary>
/// <param name="Mean">The mean over the seeds.</param>
/// <param name="Sd">The sample standard deviation over the seeds; null for fewer than two.</param>
public sealed record Spread(double Mean, double? Sd)
{
    /// <exception cref="InvalidOperationException">There is no value.</exception>
    public static Spread Of(IReadOnlyCollection<double> values)
    {
        // The deviations are taken from the first value, so that equal values have exactly this mean and the deviation
        // 0.
        var first = values.First();
        var mean = first + values.Average(value => value - first);
        return new Spread(
            mean,
            values.Count < 2
                ? null : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1)));
    }
}
