namespace PieService.Domain.Statistics;

/// <summary>The delete-one jackknife (Tukey 1958), for a statistic of n independent units such as seeds.</summary>
public static class Jackknife
{
    /// <param name="withoutOne">The n values of the statistic, each computed without one of the units; at least
    /// two.</param>
    /// <returns>The squared standard error: (n - 1) / n times the sum of squared deviations from the mean.</returns>
    /// <exception cref="ArgumentException">There are fewer than two values.</exception>
    public static double SquaredError(IReadOnlyCollection<double> withoutOne)
    {
        if (withoutOne.Count < 2)
            throw new ArgumentException("A jackknife needs at least two units.", nameof(withoutOne));
        var (n, sd) = (withoutOne.Count, Spread.Of(withoutOne).Sd!.Value);
        return (n - 1.0) / n * (n - 1) * sd * sd;
    }
}
