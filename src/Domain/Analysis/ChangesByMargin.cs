using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>How the answers that pruning changes depend on the margin of the dense model.</summary>
/// <param name="Auc">P(margin of a changed answer is below that of an unchanged one) + P(equal) / 2, in [0, 1]; 0.5 if
/// the margin has no relation to the change. Null if all or none changed.</param>
/// <param name="Deciles">Ten, smallest margins first; none if there are no examples.</param>
public sealed record ChangesByMargin(double? Auc, IReadOnlyList<MarginDecile> Deciles)
{
    /// <param name="margins">Top - second probability of the dense model, in [0, 1], for each example.</param>
    /// <param name="changed">The share of the pairs of runs whose answers to the example differ, in [0, 1].</param>
    /// <exception cref="ArgumentException">There are not as many margins as shares.</exception>
    public static ChangesByMargin Of(IReadOnlyCollection<double> margins, IReadOnlyCollection<double> changed)
    {
        if (margins.Count != changed.Count)
            throw new ArgumentException("Each example has a margin and a share.", nameof(changed));
        double[] ascending = [.. margins], shares = [.. changed];
        Array.Sort(ascending, shares);
        return new(AucOf(ascending, shares), DecilesOf(ascending, shares));
    }

    /// <summary>Over all pairs of a changed and an unchanged answer, in one pass over equal margins.</summary>
    private static double? AucOf(double[] margins, double[] changed)
    {
        var (changedBelow, unchangedBelow, ordered) = (0.0, 0.0, 0.0);
        for (int start = 0, end; start < margins.Length; start = end)
        {
            var (here, count) = (0.0, 0);
            for (end = start; end < margins.Length && margins[end] == margins[start]; end++)
                (here, count) = (here + changed[end], count + 1);
            ordered += (count - here) * (changedBelow + (here / 2));
            (changedBelow, unchangedBelow) = (changedBelow + here, unchangedBelow + count - here);
        }
        return changedBelow == 0 || unchangedBelow == 0 ? null : ordered / changedBelow / unchangedBelow;
    }

    private static MarginDecile[] DecilesOf(double[] margins, double[] changed)
    {
        if (margins.Length == 0) return [];
        var deciles = new Deciles(margins);
        var (examples, sums) =
            (new int[Statistics.Deciles.Groups], new double[Statistics.Deciles.Groups]);
        for (var i = 0; i < margins.Length; i++)
        {
            var decile = deciles.GroupOf(margins[i]);
            examples[decile]++;
            sums[decile] += changed[i];
        }
        return [.. examples.Zip(sums, (count, sum) => new MarginDecile(count, sum))];
    }
}
