using PieService.Domain.Datasets;

namespace PieService.Domain.Analysis;

/// <summary>
/// A test of whether PIEs are spread over the classes as the other examples are (analysis 6): the chi-square test of
/// PIE or rest against the gold class of single-label data. Classes without examples are left out. An example of
/// multi-label data has several classes, so there are residuals, but no test.
/// </summary>
/// <param name="ChiSquare">Sum of (o - e)^2 / e over the cells of both rows; null for multi-label data, as are
/// <paramref name="Df"/>, <paramref name="P"/> and <paramref name="CramersV"/>.</param>
/// <param name="Df">Classes with examples - 1.</param>
/// <param name="P">P(X at least chi-square) for independence.</param>
/// <param name="CramersV">sqrt(chi-square / N), in [0, 1].</param>
/// <param name="SmallExpected">Whether a cell has fewer than five expected examples, so that p is rough.</param>
/// <param name="Residuals">For each class (o - e) / sqrt(e (1 - n_c / N) (1 - PIEs / N)) of its PIEs, standard normal
/// for independence; null for a class that no example has, or every one.</param>
public sealed record PieClasses(
    double? ChiSquare, int? Df, double? P, double? CramersV, bool SmallExpected, IReadOnlyList<double?> Residuals)
{
    private const double FewExpected = 5;

    /// <param name="examples">For each of the C classes, the number of examples that have it as gold label.</param>
    /// <param name="pies">For each class, the number of PIEs among them.</param>
    /// <param name="n">N, the number of examples.</param>
    /// <param name="allPies">The number of PIEs.</param>
    /// <returns>Null if all or none are PIEs, and if all examples of single-label data have one class.</returns>
    public static PieClasses? Of(
        LearningTask task, IReadOnlyList<int> examples, IReadOnlyList<int> pies, int n, int allPies)
    {
        var (isSingle, classes) = (task == LearningTask.SingleLabel, examples.Count(count => count > 0));
        if (allPies == 0 || allPies == n || (isSingle && classes < 2)) return null;
        var (chiSquare, smallest) = (0.0, (double)n);
        for (var c = 0; c < examples.Count; c++)
        {
            if (examples[c] == 0) continue;
            double expected = Expected(examples[c]), ofRest = examples[c] - expected, over = pies[c] - expected;
            chiSquare += (over * over / expected) + (over * over / ofRest);
            smallest = Math.Min(smallest, Math.Min(expected, ofRest));
        }
        IReadOnlyList<double?> residuals = [.. examples.Zip(pies, Residual)];
        return isSingle
            ? new(
                chiSquare, classes - 1, Statistics.ChiSquare.UpperTail(chiSquare, classes - 1),
                Math.Sqrt(chiSquare / n), smallest < FewExpected, residuals)
            : new(null, null, null, null, smallest < FewExpected, residuals);

        double Expected(int count) => (double)allPies * count / n;

        double? Residual(int count, int ofPies) => count == 0 || count == n ? null
            : (ofPies - Expected(count)) / Math.Sqrt(
                Expected(count) * (1 - ((double)count / n)) * (1 - ((double)allPies / n)));
    }
}
