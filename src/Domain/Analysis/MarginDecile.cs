using PieService.Domain.Statistics;

namespace PieService.Domain.Analysis;

/// <summary>The answers that pruning changes among the examples of a similar margin of the dense model (analysis
/// 10).</summary>
/// <param name="Examples">The number of examples whose margins are in this decile; equal margins are in one.</param>
/// <param name="Changed">The number of them whose answers changed.</param>
public sealed record MarginDecile(int Examples, int Changed)
{
    /// <summary>Changed / examples, in [0, 1]; null if there are no examples.</summary>
    public double? Share => Examples == 0 ? null : (double)Changed / Examples;

    /// <param name="examples">Top - second probability of the dense model, in [0, 1], and whether the answer
    /// changed.</param>
    /// <returns>Ten, smallest margins first; none if there are no examples.</returns>
    public static IReadOnlyList<MarginDecile> Of(IReadOnlyCollection<(double Margin, bool Changed)> examples)
    {
        if (examples.Count == 0) return [];
        var deciles = new Deciles(examples.Select(example => example.Margin));
        var groups = examples.ToLookup(example => deciles.GroupOf(example.Margin), example => example.Changed);
        return
        [
            .. Enumerable.Range(0, Deciles.Groups)
                .Select(decile => new MarginDecile(groups[decile].Count(), groups[decile].Count(changed => changed))),
        ];
    }
}
