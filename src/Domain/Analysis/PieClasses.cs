using PieService.Domain.Predictions;

namespace PieService.Domain.Analysis;

/// <summary>
/// A test of whether PIEs are spread over the classes as the other examples are (analysis 6): the chi-square test of
/// PIE or rest against the gold class of single-label data. Classes without examples are left out.
/// </summary>
/// <param name="ChiSquare">Sum of (o - e)^2 / e over the cells of both rows.</param>
/// <param name="Df">Classes with examples - 1.</param>
/// <param name="P">P(X at least chi-square) for independence.</param>
/// <param name="CramersV">sqrt(chi-square / N), in [0, 1].</param>
/// <param name="SmallExpected">Whether a cell has fewer than five expected examples, so that p is rough.</param>
/// <param name="Residuals">For each class (o - e) / sqrt(e (1 - n_c / N) (1 - PIEs / N)) of its PIEs, standard normal
/// for independence; null for a class without examples.</param>
public sealed record PieClasses(
    double ChiSquare, int Df, double P, double CramersV, bool SmallExpected, IReadOnlyList<double?> Residuals)
{
    private const double FewExpected = 5;

    /// <param name="gold">The gold classes of the N examples of single-label data.</param>
    /// <param name="isPie">Whether each example is a PIE.</param>
    /// <returns>Null if all examples have one class, or if all or none are PIEs.</returns>
    /// <exception cref="ArgumentException">Not every example is labelled.</exception>
    public static PieClasses? Of(PackedLabels gold, IReadOnlyList<bool> isPie)
    {
        if (isPie.Count != gold.Count)
            throw new ArgumentException("Every example is a PIE or not.", nameof(isPie));
        var (examples, pies) = (new int[gold.ClassCount], new int[gold.ClassCount]);
        for (var i = 0; i < gold.Count; i++)
        {
            gold.Vote(i, examples);
            if (isPie[i]) gold.Vote(i, pies);
        }
        var (n, all, classes) = ((double)gold.Count, (double)pies.Sum(), examples.Count(count => count > 0));
        if (classes < 2 || all == 0 || all == n) return null;

        var (chiSquare, smallest) = (0.0, n);
        for (var c = 0; c < examples.Length; c++)
        {
            if (examples[c] == 0) continue;
            double expected = all * examples[c] / n, ofRest = examples[c] - expected, over = pies[c] - expected;
            chiSquare += (over * over / expected) + (over * over / ofRest);
            smallest = Math.Min(smallest, Math.Min(expected, ofRest));
        }
        return new(
            chiSquare, classes - 1, Statistics.ChiSquare.UpperTail(chiSquare, classes - 1), Math.Sqrt(chiSquare / n),
            smallest < FewExpected,
            [.. examples.Zip(pies, (count, ofPies) => count == 0 ? null : Residual(count, ofPies))]);

        double? Residual(double count, double ofPies)
        {
            var expected = all * count / n;
            return (ofPies - expected) / Math.Sqrt(expected * (1 - (count / n)) * (1 - (all / n)));
        }
    }
}
