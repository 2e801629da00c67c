namespace PieService.Bench.Reports;

/// <summary>The speed of one kind of work, beside that of a baseline that was measured alternately with it.</summary>
/// <param name="Unit">The unit of both speeds, such as tokens/s.</param>
/// <param name="Speed">The median speed of the product.</param>
/// <param name="Baseline">The median speed of the baseline.</param>
/// <param name="Against">What the baseline does.</param>
/// <param name="Ratio">The median over the rounds of the product's speed / the baseline's: 2 means twice as fast. The
/// speeds depend on the machine, the ratio hardly.</param>
/// <param name="Lowest">The lowest ratio of a round.</param>
/// <param name="Highest">The highest ratio of a round.</param>
internal sealed record Measurement(
    string Name, string Unit, double Speed, double Baseline, string Against, double Ratio, double Lowest,
    double Highest)
{
    /// <param name="amount">The units of work that each of the two does in a round.</param>
    /// <param name="seconds">The seconds of the product and of the baseline in each round.</param>
    /// <exception cref="ArgumentException">There is no round.</exception>
    public static Measurement Of(
        string name, string unit, double amount, string against,
        IReadOnlyCollection<(double Ours, double Baseline)> seconds)
    {
        if (seconds.Count == 0) throw new ArgumentException($"{name} was not measured.", nameof(seconds));
        double[] ratios = [.. seconds.Select(round => round.Baseline / round.Ours).Order()];
        return new(
            name, unit, amount / Median(seconds.Select(round => round.Ours)),
            amount / Median(seconds.Select(round => round.Baseline)), against, Median(ratios), ratios[0], ratios[^1]);
    }

    /// <summary>The mean of the two values in the middle if their number is even.</summary>
    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
