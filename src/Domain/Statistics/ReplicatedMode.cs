namespace PieService.Domain.Statistics;

/// <summary>
/// The distribution of the mode of n new votes on C labels, exactly. Ties go to the smallest label. With
/// f_j(k) proportional to the probability weight of k votes for label j, all labels independent but for their sum n,
/// P(mode = c) is proportional to
/// sum_v f_c(v) [x^(n-v)] prod_(j before c) sum_(k below v) f_j(k) x^k prod_(j after c) sum_(k at most v) f_j(k) x^k.
/// Time grows as C n^3. <see cref="MultinomialMode"/> is faster, but less exact where a probability is near 0.
/// </summary>
public static class ReplicatedMode
{
    /// <summary>New votes after those that were seen: Dirichlet-multinomial with the parameters V_c + 1 / C.</summary>
    /// <param name="votes">V_c of each of the C labels, at least one vote in total.</param>
    /// <param name="newVotes">n, at least 1.</param>
    /// <returns>P(mode = c) for each label; the sum is 1.</returns>
    /// <exception cref="ArgumentException">There are no votes, or n is below 1.</exception>
    public static double[] AfterVotes(ReadOnlySpan<int> votes, int newVotes) =>
        Of(VoteWeights.AfterVotes(votes, newVotes));

    /// <param name="weights">f_j(k) for each label j and k from 0 to n.</param>
    private static double[] Of(double[][] weights)
    {
        var (labels, n) = (weights.Length, weights[0].Length - 1);
        var mode = new double[labels];
        for (var v = (n + labels - 1) / labels; v <= n; v++)
        {
            // after[c] is the product over the labels from c on; its powers are at most n - v.
            var after = new double[labels + 1][];
            after[labels] = [1];
            for (var c = labels - 1; c > 0; c--) after[c] = Product(after[c + 1], weights[c], v, n - v);
            double[] before = [1];
            for (var c = 0; c < labels; c++)
            {
                mode[c] += weights[c][v] * Coefficient(before, after[c + 1], n - v);
                if (c + 1 < labels) before = Product(before, weights[c], v - 1, n - v);
            }
        }
        var sum = mode.Sum();
        return Array.ConvertAll(mode, value => value / sum);
    }

    /// <summary>polynomial x sum_(k at most <paramref name="most"/>) f(k) x^k, without powers above a degree.</summary>
    private static double[] Product(double[] polynomial, double[] f, int most, int degree)
    {
        var product = new double[Math.Min(polynomial.Length + Math.Max(most, 0), degree + 1)];
        for (var k = 0; k <= most; k++)
            for (var i = 0; i < polynomial.Length && i + k < product.Length; i++)
                product[i + k] += polynomial[i] * f[k];
        return product;
    }

    /// <summary>The coefficient of x^degree in the product of two polynomials.</summary>
    private static double Coefficient(double[] a, double[] b, int degree)
    {
        var sum = 0.0;
        for (var i = Math.Max(0, degree - b.Length + 1); i <= Math.Min(degree, a.Length - 1); i++)
            sum += a[i] * b[degree - i];
        return sum;
    }
}
