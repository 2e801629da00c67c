using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>How far the probabilities of both cohorts are apart, and at which margins answers change.</summary>
/// <param name="Kl">Kullback and Leibler's divergence of the pruned from the dense runs, in nats.</param>
/// <param name="Js">Jensen and Shannon's, in nats, in [0, ln 2].</param>
public sealed record ScoreDivergence(DivergenceSpread Kl, DivergenceSpread Js, ChangesByMargin Margin);

/// <summary>Over the examples.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="P50">The median.</param>
/// <param name="P95">The 95th percentile.</param>
public sealed record DivergenceSpread(double Mean, double P50, double P95)
{
    /// <param name="values">One for each example, at least one.</param>
    public static DivergenceSpread Of(IEnumerable<double> values)
    {
        double[] ascending = [.. values];
        Array.Sort(ascending);
        return new(ascending.Average(), Percentile.Of(ascending, 50), Percentile.Of(ascending, 95));
    }
}
