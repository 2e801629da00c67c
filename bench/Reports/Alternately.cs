namespace PieService.Bench.Reports;

/// <summary>
/// Measures the product and a baseline in turn, so that other work on the machine affects both in the same way.
/// </summary>
internal static class Alternately
{
    /// <param name="amount">The units of work of one call.</param>
    /// <param name="rounds">The rounds that are measured.</param>
    /// <param name="ours">Does the work once, and returns the seconds that it took.</param>
    /// <param name="warmUp">Whether a round that is not measured comes first: the first call compiles methods, opens
    /// connections and creates tables.</param>
    public static async Task<Measurement> MeasureAsync(
        string name, string unit, double amount, int rounds, Func<Task<double>> ours, string against,
        Func<Task<double>> baseline, bool warmUp = false)
    {
        if (warmUp)
        {
            await ours();
            await baseline();
        }
        var seconds = new List<(double, double)>();
        for (var round = 0; round < rounds; round++)
        {
            // The first of a round may find colder caches, so they take turns in being first.
            if (round % 2 == 0)
            {
                var first = await ours();
                seconds.Add((first, await baseline()));
            }
            else
            {
                var first = await baseline();
                seconds.Add((await ours(), first));
            }
        }
        return Measurement.Of(name, unit, amount, against, seconds);
    }

    public static Measurement Measure(
        string name, string unit, double amount, int rounds, Func<double> ours, string against,
        Func<double> baseline) =>
        MeasureAsync(
            name, unit, amount, rounds, () => Task.FromResult(ours()), against, () => Task.FromResult(baseline()))
            .GetAwaiter().GetResult();
}
