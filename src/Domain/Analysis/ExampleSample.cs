using System.Linq.Expressions;
using PieService.Domain.Pies;

namespace PieService.Domain.Analysis;

/// <summary>
/// A part of the examples of a comparison whose votes fit into memory. The multiples of the golden ratio, of which only
/// the fraction counts, are spread evenly and have no period: so the positions of the examples of this part are spread
/// evenly too, even if their labels repeat in the order of the file.
/// </summary>
public static class ExampleSample
{
    /// <summary>The votes of a cohort on all labels of the examples: 16 MB.</summary>
    private const long MostVotes = 4_000_000;

    /// <summary>2^32, and its part of the golden ratio 0.618.</summary>
    private const long Range = 1L << 32, GoldenRatio = 2_654_435_769;

    /// <param name="examples">N of the comparison.</param>
    /// <param name="classCount">C.</param>
    /// <returns>A condition that all examples meet if N C is at most 4,000,000, else a share of 4,000,000 / (N
    /// C).</returns>
    public static Expression<Func<PieLabel, bool>> Of(int examples, int classCount)
    {
        var below = (long)(Range * Math.Min(1, (double)MostVotes / ((long)examples * classCount)));
        return label => label.Position * GoldenRatio % Range < below;
    }
}
