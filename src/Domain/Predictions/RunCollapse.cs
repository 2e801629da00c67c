using System.Runtime.InteropServices;
using PieService.Domain.Datasets;

namespace PieService.Domain.Predictions;

/// <summary>
/// How close a run is to a model that gives every text the same answer, or answers by chance. The accuracy alone does
/// not show this, because it is high where most examples have one label.
/// </summary>
/// <param name="TopShare">The share of the examples with the most frequent answer (a class, or a set of labels), in
/// (0, 1].</param>
/// <param name="Kappa">Cohen's kappa (1960) of the predicted and the gold labels, in [-1, 1]; for multi-label data the
/// mean over the labels that some, but not all examples have. 0/0 is 0.</param>
public sealed record RunCollapse(double TopShare, double Kappa)
{
    private const double AlmostAll = 0.99, NoAgreement = 0.05, Agreement = 0.5;

    /// <summary>
    /// Whether the answers are almost all the same although the gold labels are not, or agree with them by chance only.
    /// Where almost all gold labels are the same too, a run that agrees with them has not collapsed.
    /// </summary>
    public bool IsCollapsed => Kappa < NoAgreement || (TopShare >= AlmostAll && Kappa < Agreement);

    /// <param name="gold">The gold labels of the N examples.</param>
    /// <param name="predicted">The run's predictions for them.</param>
    /// <exception cref="ArgumentException">Not every example has a prediction, or there are no examples.</exception>
    public static RunCollapse Of(PackedLabels gold, PackedLabels predicted)
    {
        if (gold.Count == 0) throw new ArgumentException("There must be at least one example.", nameof(gold));
        return new RunCollapse(
            (double)MostFrequent(predicted) / gold.Count, KappaOf(gold.Task, LabelCounts.Of(gold, predicted)));
    }

    /// <summary>
    /// Whether a run has collapsed, if the counts of its labels decide it. Where all examples have the same gold labels
    /// none has, since the same answer to every text may be right.
    /// </summary>
    /// <returns>Null if it depends on the frequency of a set of labels, which follows from the predictions and not from
    /// these counts; never null for single-label data.</returns>
    public static bool? IsCollapsedBy(LearningTask task, LabelCounts counts)
    {
        if (counts.Given.All(given => given == 0 || given == counts.Examples)) return false;
        // An answer is at most as frequent as each of its classes, and as the absence of each other class.
        var most = task == LearningTask.SingleLabel
            ? counts.Predicted.Max()
            : counts.Predicted.Min(count => Math.Max(count, counts.Examples - count));
        var bound = new RunCollapse((double)most / counts.Examples, KappaOf(task, counts));
        return task == LearningTask.SingleLabel || !bound.IsCollapsed || bound.Kappa < NoAgreement
            ? bound.IsCollapsed : null;
    }

    private static double KappaOf(LearningTask task, LabelCounts counts) => task switch
    {
        LearningTask.SingleLabel => KappaOfClasses(counts),
        LearningTask.MultiLabel => MeanKappa(counts),
    };

    private static int MostFrequent(PackedLabels answers)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        var byAnswer = counts.GetAlternateLookup<ReadOnlySpan<char>>();
        var key = new char[PackedLabels.BytesPerExample(answers.Task, answers.ClassCount)];
        for (var i = 0; i < answers.Count; i++)
        {
            // One character for each byte, so that equal bytes are equal keys.
            var bytes = answers.At(i);
            for (var at = 0; at < key.Length; at++) key[at] = (char)bytes[at];
            CollectionsMarshal.GetValueRefOrAddDefault(byAnswer, key, out _)++;
        }
        return counts.Values.Max();
    }

    private static double KappaOfClasses(LabelCounts counts)
    {
        double n = counts.Examples, byChance = 0;
        for (var c = 0; c < counts.Given.Length; c++) byChance += counts.Given[c] / n * (counts.Predicted[c] / n);
        return BeyondChance(counts.Exact / n, byChance);
    }

    private static double MeanKappa(LabelCounts counts)
    {
        double n = counts.Examples, sum = 0;
        var labels = 0;
        for (var c = 0; c < counts.Given.Length; c++)
        {
            if (counts.Given[c] == 0 || counts.Given[c] == counts.Examples) continue;
            double given = counts.Given[c] / n, predicted = counts.Predicted[c] / n;
            sum += BeyondChance(
                1 - given - predicted + 2 * counts.Hits[c] / n,
                given * predicted + (1 - given) * (1 - predicted));
            labels++;
        }
        return labels == 0 ? 0 : sum / labels;
    }

    private static double BeyondChance(double observed, double byChance) =>
        byChance >= 1 ? 0 : (observed - byChance) / (1 - byChance);
}
