using System.Numerics;

namespace PieService.Domain.Statistics;

/// <summary>
/// The distribution of the mode of n votes that are drawn with given shares, exactly. Ties go to the
/// smallest label. The votes of the labels are independent Poisson counts under the condition that their sum is n, so
/// P(mode = c) is proportional to the coefficient of x^n in
/// sum_v f_c(v) x^v prod_(j before c) sum_(k below v) f_j(k) x^k prod_(j after c) sum_(k at most v) f_j(k) x^k.
/// The coefficient is found from the values at roots of unity (a discrete Fourier transform), where the inner sums grow
/// by one term for each v. Time grows as n, for labels with similar shares; products of polynomials take n^3.
/// </summary>
public static class MultinomialMode
{
    /// <summary>
    /// Probabilities below e^-36, which is about the rounding error of a double, count as 0.
    /// </summary>
    private const double Negligible = 36;

    /// <param name="votes">V_c of each of the C labels, at least one vote in total: the shares are V_c / R.</param>
    /// <param name="newVotes">n, at least 1.</param>
    /// <returns>P(mode = c) for each label, with an error of about 1e-13; the sum is 1.</returns>
    /// <exception cref="ArgumentException">There are no votes, or one is negative.</exception>
    /// <exception cref="ArgumentOutOfRangeException">n is below 1.</exception>
    public static double[] Of(ReadOnlySpan<int> votes, int newVotes)
    {
        var weights = VoteWeights.WithShares(votes, newVotes);
        var (mode, runs, most) = (new double[votes.Length], 0, 0);
        foreach (var v in votes) (runs, most) = (runs + v, Math.Max(most, v));
        var candidates = new List<int>();
        for (var c = 0; c < votes.Length; c++)
            if (CanBeMode(votes[c], most, (double)newVotes / runs)) candidates.Add(c);
        if (candidates is [var certain])
        {
            mode[certain] = 1;
            return mode;
        }
        var others = runs;
        foreach (var c in candidates) others -= votes[c];
        var shares = Coefficients(
            [.. candidates.Select(c => weights[c])], newVotes, (double)newVotes * others / runs);
        var sum = shares.Sum();
        foreach (var (place, c) in candidates.Index()) mode[c] = shares[place] / sum;
        return mode;
    }

    /// <summary>By Chernoff's bound, two Poisson counts with the means a above b are in the other order with a
    /// probability of at most exp(-(sqrt(a) - sqrt(b))^2).</summary>
    private static bool CanBeMode(int votes, int most, double perVote)
    {
        var distance = Math.Sqrt(most * perVote) - Math.Sqrt(votes * perVote);
        return votes > 0 && distance * distance <= Negligible;
    }

    /// <param name="weights">f_j(k) of each label that can be the mode, for k from 0 to n.</param>
    /// <param name="others">The mean of the votes of all other labels together, which no condition limits.</param>
    private static double[] Coefficients(double[][] weights, int n, double others)
    {
        // The sum of the counts is n give or take 8.5 standard deviations, so no other sum has the same remainder
        // modulo the odd number of points. The points come in conjugate pairs, except for the first.
        var pairs = (int)(4.25 * Math.Sqrt(n)) + 10;
        var points = (2 * pairs) + 1;
        Complex[] roots = [.. Enumerable.Range(0, points).Select(
            k => Complex.FromPolarCoordinates(1, 2 * Math.PI * k / points))];
        var sums = Array.ConvertAll(weights, _ => new Complex[pairs + 1]);
        var modes = Array.ConvertAll(weights, _ => new Complex[pairs + 1]);
        var smallest = Math.Exp(-Negligible);
        for (var v = 0; v <= n; v++)
            // From the last label to the first: those before have the sums below v, those after the sums up to v.
            for (var c = weights.Length - 1; c >= 0; c--)
            {
                var f = weights[c][v];
                if (f < smallest) continue;
                var place = 0;
                for (var point = 0; point <= pairs; point++)
                {
                    var term = f * roots[place];
                    var product = term;
                    for (var j = 0; j < sums.Length; j++)
                        if (j != c) product *= sums[j][point];
                    modes[c][point] += product;
                    sums[c][point] += term;
                    place += v % points;
                    if (place >= points) place -= points;
                }
            }
        return Array.ConvertAll(modes, mode =>
        {
            var coefficient = 0.0;
            for (var point = 0; point <= pairs; point++)
            {
                var back = Complex.Conjugate(roots[(int)((long)n * point % points)]);
                var value = (mode[point] * Complex.Exp(others * (roots[point] - 1)) * back).Real;
                coefficient += point == 0 ? value : 2 * value;
            }
            return Math.Max(0, coefficient);
        });
    }
}
