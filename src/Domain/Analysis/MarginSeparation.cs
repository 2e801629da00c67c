using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>How well the margin of the dense model separates the answers that pruning changes (analysis 10).</summary>
public static class MarginSeparation
{
    /// <param name="examples">Top - second probability of the dense model, in [0, 1], and whether the answer
    /// changed.</param>
    /// <returns>P(margin of a changed answer is below that of an unchanged one) + P(equal) / 2, in [0, 1]; 0.5 if the
    /// margin has no relation to the change. Null if all or none changed.</returns>
    public static double? Auc(IReadOnlyCollection<(double Margin, bool Changed)> examples)
    {
        double[] changed = [.. examples.Where(example => example.Changed).Select(example => example.Margin)];
        double[] unchanged = [.. examples.Where(example => !example.Changed).Select(example => example.Margin)];
        return changed.Length == 0 || unchanged.Length == 0 ? null
            : MannWhitney.Of(unchanged, changed).U / ((double)changed.Length * unchanged.Length);
    }
}
