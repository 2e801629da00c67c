using System.Diagnostics;
using Microsoft.EntityFrameworkCore;

namespace PieService.Domain.Storage;

/// <summary>A sweep and the trace of the request that created it, for the log and for traces.</summary>
/// <param name="TraceParent">The traceparent of W3C Trace Context; null if the request had no trace.</param>
public sealed record TracedSweep(Guid Id, string? TraceParent)
{
    /// <summary>The context of the request; the default value if it had no trace.</summary>
    public ActivityContext Context =>
        ActivityContext.TryParse(TraceParent, traceState: null, isRemote: true, out var context) ? context : default;

    /// <summary>The trace id as 32 hexadecimal digits; null if the request had no trace.</summary>
    public string? Trace => Context is { TraceId: var trace } && trace != default ? trace.ToHexString() : null;

    /// <summary>
    /// The sweep for which a run is trained: the first one that still lacks results of it. Null if no live sweep wants
    /// the run.
    /// </summary>
    public static Task<TracedSweep?> OfRunAsync(PieDbContext db, Guid run, CancellationToken cancellation) =>
        db.Database.SqlQuery<TracedSweep>($"""
            SELECT sweeps.id, sweeps.trace_parent FROM run_wishes AS wish JOIN sweeps ON sweeps.id = wish.sweep_id
            WHERE wish.run_id = {run} AND wish.is_live
            ORDER BY wish.is_met, wish.is_paused, sweeps.created_at, sweeps.id LIMIT 1
            """).SingleOrDefaultAsync(cancellation);

    /// <summary>The sweep of a comparison; null if the comparison was deleted.</summary>
    public static Task<TracedSweep?> OfComparisonAsync(
        PieDbContext db, Guid comparison, CancellationToken cancellation) =>
        db.Database.SqlQuery<TracedSweep>($"""
            SELECT sweeps.id, sweeps.trace_parent FROM comparisons JOIN sweeps ON sweeps.id = comparisons.sweep_id
            WHERE comparisons.id = {comparison}
            """).SingleOrDefaultAsync(cancellation);
}
