using Microsoft.EntityFrameworkCore;
using PieService.Domain.Storage;

namespace PieService.Api.SweepAnalysis;

/// <summary>The main numbers of a sweep, for a list of sweeps.</summary>
/// <param name="Score">The largest mean score of a dense cohort; null until a comparison is labelled.</param>
/// <param name="PieRate">
/// The largest PIE rate of a comparison in which at most half of the runs of each cohort have collapsed.
/// </param>
public sealed record SweepResults(Guid SweepId, double? Score, double? PieRate)
{
    /// <returns>The sweeps that have labels.</returns>
    public static async Task<IReadOnlyDictionary<Guid, SweepResults>> OfAsync(
        PieDbContext db, Guid[] sweeps, CancellationToken cancellation) =>
        await db.Database.SqlQuery<SweepResults>($"""
            SELECT sweep_id, max((summary -> 'denseScore' ->> 'mean')::double precision) AS score,
                max((summary ->> 'pies')::double precision / nullif((summary ->> 'examples')::integer, 0)) FILTER (
                    WHERE 2 * coalesce((summary ->> 'denseCollapsed')::integer, 0)
                            <= (summary ->> 'denseSeeds')::integer
                        AND 2 * coalesce((summary ->> 'prunedCollapsed')::integer, 0)
                            <= (summary ->> 'prunedSeeds')::integer) AS pie_rate
            FROM comparisons WHERE sweep_id = ANY({sweeps}) AND summary IS NOT NULL GROUP BY sweep_id
            """).ToDictionaryAsync(results => results.SweepId, cancellation);
}
