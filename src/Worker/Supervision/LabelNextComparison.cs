using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using PieService.Domain.Pies;
using PieService.Domain.Storage;
using PieService.Hosting;

namespace PieService.Worker.Supervision;

/// <summary>Labels a comparison; the log has its sweep and the time that it took.</summary>
public sealed class LabelNextComparison(
    LabelComparison labelling, IDbContextFactory<PieDbContext> contexts, TimeProvider time,
    ILogger<LabelNextComparison> logger) : ILabelComparison
{
    public async Task ExecuteAsync(Guid comparisonId, CancellationToken cancellation)
    {
        var sweep = await SweepAsync(comparisonId, cancellation);
        using var span = Telemetry.Source.StartActivity(
            "label comparison", ActivityKind.Consumer, sweep?.Context ?? default);
        span?.SetTag(Telemetry.Sweep, sweep?.Id).SetTag("pie.comparison", comparisonId);
        using var ids = logger.BeginIds(run: null, sweep?.Id, sweep?.Trace);
        var start = time.GetTimestamp();
        var isLabelled = await labelling.ExecuteAsync(comparisonId, cancellation);
        var seconds = time.GetElapsedTime(start).TotalSeconds;
        Telemetry.LabellingSeconds.Record(
            seconds, new KeyValuePair<string, object?>(Telemetry.Outcome, isLabelled ? "succeeded" : "failed"));
        if (isLabelled) WorkerLog.Labelled(logger, comparisonId, seconds);
        else span?.SetStatus(ActivityStatusCode.Error);
    }

    private async Task<TracedSweep?> SweepAsync(Guid comparison, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await TracedSweep.OfComparisonAsync(db, comparison, cancellation);
    }
}
