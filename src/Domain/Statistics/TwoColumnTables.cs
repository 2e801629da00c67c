using MathNet.Numerics;

namespace PieService.Domain.Statistics;

/// <summary>
/// The tables of two columns. The first entry decides the table and has a hypergeometric distribution. Its
/// probabilities are computed by logarithms, for any number of runs; two that differ by less than 1e-9 are equal.
/// </summary>
internal sealed class TwoColumnTables : VoteTables
{
    private readonly double[] p;
    private readonly int least;

    public TwoColumnTables(int first, int second, int runs)
    {
        least = Math.Max(0, runs - second);
        var all = SpecialFunctions.BinomialLn(first + second, runs);
        double[] probabilities = [.. Enumerable.Range(least, Math.Min(first, runs) - least + 1).Select(u => Math.Exp(
            SpecialFunctions.BinomialLn(first, u) + SpecialFunctions.BinomialLn(second, runs - u) - all))];
        p = PValues(probabilities);
        Null = NullDistribution.Of(p);
    }

    public override NullDistribution Null { get; }

    public override int Size => p.Length;

    public override double P(ReadOnlySpan<int> row) => p[row[0] - least];

    /// <returns>For each probability the sum of all that are at most as large.</returns>
    private static double[] PValues(double[] probabilities)
    {
        int[] order = [.. Enumerable.Range(0, probabilities.Length)];
        Array.Sort([.. probabilities], order);
        var (values, sum, tied) = (new double[probabilities.Length], 0.0, 0);
        for (var i = 0; i < order.Length; i++)
        {
            sum += probabilities[order[i]];
            var isLastOfTied = i + 1 == order.Length ||
                probabilities[order[i + 1]] > probabilities[order[i]] * NullDistribution.Tolerance;
            if (!isLastOfTied) continue;
            // The sum of all is 1 up to rounding.
            for (; tied <= i; tied++) values[order[tied]] = i + 1 == order.Length ? 1 : sum;
        }
        return values;
    }
}
