using PieService.Domain.Datasets;
using PieService.Domain.Pies;

namespace PieService.Domain.Analysis;

/// <summary>
/// The Jaccard index of the PIEs that two repetitions of a comparison with n seeds would find:
/// jaccard(n) = min(1, J g(n) / g(h)), where J is the Jaccard index of halves of
/// h = floor(min(R) / 2) seeds, and g(n) = sum p^2 / sum (2 p - p^2) over the examples, with the probability p of an
/// example to be a PIE. Not thread-safe.
/// </summary>
/// <param name="examples">The different votes of the examples.</param>
/// <param name="cohorts">R of each cohort. Both repetitions have n runs in each, whatever these numbers are.</param>
/// <param name="halves">J; null if no half has a PIE.</param>
public sealed class SeedPlan(
    LearningTask task, IEnumerable<VotedAlike> examples, ComparedCohorts cohorts, double? halves)
{
    public const int MostSeeds = 1000;

    /// <summary>Sums of fewer expected PIEs are made of rounding errors.</summary>
    private const double FewestExpected = 1e-6;

    private readonly DrawnPies pies = DrawnPies.Of(task, examples, cohorts);
    private readonly Dictionary<int, double?> overlaps = [];

    /// <summary>g(n): the Jaccard index of both sets if the examples were independent.</summary>
    /// <param name="seeds">n, at least 1.</param>
    /// <returns>In [0, 1]; null if no example is expected to be a PIE.</returns>
    public double? Overlap(int seeds)
    {
        if (overlaps.TryGetValue(seeds, out var known)) return known;
        var (shared, union) = (0.0, 0.0);
        foreach (var (p, count) in pies.Of(seeds))
            (shared, union) = (shared + (count * p * p), union + (count * ((2 * p) - (p * p))));
        return overlaps[seeds] = union > FewestExpected ? shared / union : null;
    }

    /// <summary>The Jaccard index that n seeds are expected to have.</summary>
    /// <returns>In [0, 1]; null without the index of halves, and if no example is expected to be a PIE.</returns>
    public double? Jaccard(int seeds) =>
        halves is not null && Overlap(cohorts.Fewest / 2) is > 0 and var ofHalves && Overlap(seeds) is { } overlap
            ? Math.Min(1, halves.Value * overlap / ofHalves) : null;

    /// <summary>
    /// The seeds that a Jaccard index needs, by bisection. The index grows with the seeds but for a saw-tooth of odd
    /// and even numbers, because ties are possible with even ones; so a number that is smaller by a few may reach the
    /// target too.
    /// </summary>
    /// <param name="jaccard">In (0, 1].</param>
    /// <returns>A number with this index, whose predecessor does not have it; null if 1,000 seeds do not reach
    /// it.</returns>
    public int? SeedsNeeded(double jaccard)
    {
        var (below, reached) = (0, cohorts.Fewest);
        while (!(Jaccard(reached) >= jaccard))
        {
            if (reached == MostSeeds || Jaccard(reached) is null) return null;
            (below, reached) = (reached, Math.Min(2 * reached, MostSeeds));
        }
        while (reached - below > 1)
        {
            var middle = (below + reached) / 2;
            if (Jaccard(middle) >= jaccard) reached = middle;
            else below = middle;
        }
        return reached;
    }
}
