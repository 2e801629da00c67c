using PieService.Domain.Runs;

namespace PieService.Domain.Predictions;

/// <summary>
/// How often each class is a gold label, is predicted, and is both: precision, recall and F1 follow from these counts.
/// They are defined as in scikit-learn: 0/0 is 0, and a macro mean is over all C classes, absent ones included.
/// </summary>
/// <param name="Given">For each of the C classes, the number of examples that have it as gold label.</param>
/// <param name="Predicted">For each class, the number of examples for which it is predicted.</param>
/// <param name="Hits">For each class, the number of examples for which both hold.</param>
/// <param name="Examples">The number of examples that were counted.</param>
/// <param name="Exact">The number of these examples whose prediction is exactly the gold labels.</param>
public sealed record LabelCounts(int[] Given, int[] Predicted, int[] Hits, int Examples, int Exact)
{
    /// <param name="only">Whether to count each example; null counts all of them.</param>
    /// <exception cref="ArgumentException">Not every example has a prediction.</exception>
    public static LabelCounts Of(PackedLabels gold, PackedLabels predicted, bool[]? only = null)
    {
        var counter = new LabelCounter(gold.Task, gold.ClassCount);
        counter.Add(gold, predicted, only);
        return counter.Counts;
    }

    /// <summary>2 TP / (2 TP + FP + FN).</summary>
    public double F1(int c) => Ratio(2.0 * Hits[c], Given[c] + Predicted[c]);

    /// <summary>TP / (TP + FP).</summary>
    public double Precision(int c) => Ratio(Hits[c], Predicted[c]);

    /// <summary>TP / (TP + FN).</summary>
    public double Recall(int c) => Ratio(Hits[c], Given[c]);

    public double MacroF1 => Macro(F1);

    public LabelScores Scores()
    {
        double hits = Hits.Sum(), given = Given.Sum(), predicted = Predicted.Sum();
        return new LabelScores(
            Ratio(Exact, Examples), MacroF1, Ratio(2 * hits, given + predicted), Macro(Precision),
            Ratio(hits, predicted), Macro(Recall), Ratio(hits, given));
    }

    private double Macro(Func<int, double> score)
    {
        var sum = 0.0;
        for (var c = 0; c < Given.Length; c++) sum += score(c);
        return sum / Given.Length;
    }

    private static double Ratio(double part, double whole) => whole == 0 ? 0 : part / whole;
}
