using PieService.Domain.Datasets;
using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>
/// A test of whether PIEs are spread over the classes as the other examples are: the chi-square test of
/// PIE or rest against the gold class of single-label data. Classes without examples are left out. An example of
/// multi-label data has several classes, so there are residuals, but no test.
/// </summary>
/// <param name="ChiSquare">Sum of (o - e)^2 / e over the cells of both rows; null for multi-label data, as are
/// <paramref name="Df"/>, <paramref name="P"/> and <paramref name="CramersV"/>.</param>
/// <param name="Df">Classes with examples - 1.</param>
/// <param name="P">P(X at least chi-square) for independence.</param>
/// <param name="PermutationP">The p value by up to 9,999 permutations of the PIEs, if some cell has few expected
/// examples; else null.</param>
/// <param name="CramersV">sqrt(chi-square / N), in [0, 1].</param>
/// <param name="SmallExpected">Whether a cell has fewer than five expected examples, so that p is rough.</param>
/// <param name="Residuals">For each class (o - e) / sqrt(e (1 - n_c / N) (1 - PIEs / N)) of its PIEs, standard normal
/// for independence; null for a class that no example has, or every one.</param>
public sealed record PieClasses(
    double? ChiSquare, int? Df, double? P, double? PermutationP, double? CramersV, bool SmallExpected,
    IReadOnlyList<double?> Residuals)
{
    private const double FewExpected = 5;
    private const int MostPermutations = 9999;

    /// <summary>
    /// The most hypergeometric draws, one for each class of a permutation: more than 200 classes have fewer
    /// permutations, because 9,999 would take minutes for thousands of them.
    /// </summary>
    private const int MostDraws = 2_000_000;

    /// <param name="examples">For each of the C classes, the number of examples that have it as gold label.</param>
    /// <param name="pies">For each class, the number of PIEs among them.</param>
    /// <param name="n">N, the number of examples.</param>
    /// <param name="allPies">The number of PIEs.</param>
    /// <returns>Null if all or none are PIEs, if all examples of single-label data have one class, and if no example of
    /// multi-label data has a class.</returns>
    public static PieClasses? Of(
        LearningTask task, IReadOnlyList<int> examples, IReadOnlyList<int> pies, int n, int allPies)
    {
        var (isSingle, classes) = (task == LearningTask.SingleLabel, examples.Count(count => count > 0));
        if (allPies == 0 || allPies == n || classes < (isSingle ? 2 : 1)) return null;
        int[] present = [.. Enumerable.Range(0, examples.Count).Where(c => examples[c] > 0)];
        var smallest = present.Min(c => Math.Min(Expected(examples[c]), examples[c] - Expected(examples[c])));
        var isSmall = smallest < FewExpected;
        IReadOnlyList<double?> residuals = [.. examples.Zip(pies, Residual)];
        if (!isSingle) return new(null, null, null, null, null, isSmall, residuals);
        var chiSquare = Statistic([.. present.Select(c => examples[c])], [.. present.Select(c => pies[c])], n, allPies);
        return new(
            chiSquare, classes - 1, Statistics.ChiSquare.UpperTail(chiSquare, classes - 1),
            isSmall ? ByPermutation(chiSquare, [.. present.Select(c => examples[c])], n, allPies) : null,
            Math.Sqrt(chiSquare / n), isSmall, residuals);

        double Expected(int count) => (double)allPies * count / n;

        double? Residual(int count, int ofPies) => count == 0 || count == n ? null
            : (ofPies - Expected(count)) / Math.Sqrt(
                Expected(count) * (1 - ((double)count / n)) * (1 - ((double)allPies / n)));
    }

    private static double Statistic(int[] examples, int[] pies, int n, int allPies)
    {
        var chiSquare = 0.0;
        for (var c = 0; c < examples.Length; c++)
        {
            double expected = (double)allPies * examples[c] / n, over = pies[c] - expected;
            chiSquare += (over * over / expected) + (over * over / (examples[c] - expected));
        }
        return chiSquare;
    }

    /// <summary>
    /// p = (1 + #{permutations with at least this statistic}) / (1 + their number), which is a valid p value (Phipson
    /// and Smyth 2010). A permutation distributes the PIEs over the classes by hypergeometric draws, class by class.
    /// </summary>
    private static double ByPermutation(double chiSquare, int[] examples, int n, int allPies)
    {
        var random = KeyedRandom.For("class distribution", allPies, string.Join(' ', examples));
        var (pies, extreme, permutations) = (new int[examples.Length], 0, Permutations(examples.Length));
        for (var draw = 0; draw < permutations; draw++)
        {
            var (left, leftPies) = (n, allPies);
            for (var c = 0; c < examples.Length; c++)
            {
                pies[c] = Hypergeometric.Draw(random, left, leftPies, examples[c]);
                (left, leftPies) = (left - examples[c], leftPies - pies[c]);
            }
            if (Statistic(examples, pies, n, allPies) >= chiSquare / NullDistribution.Tolerance) extreme++;
        }
        return (1.0 + extreme) / (1 + permutations);
    }

    /// <summary>The number of permutations for this number of classes that have examples.</summary>
    private static int Permutations(int classes) => Math.Min(MostPermutations, MostDraws / classes);
}
