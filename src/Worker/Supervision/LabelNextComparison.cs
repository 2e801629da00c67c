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
        using var ids = logger.BeginIds(run: null, sweep?.Id, sweep?.Trace);
        var start = time.GetTimestamp();
        if (await labelling.ExecuteAsync(comparisonId, cancellation))
            WorkerLog.Labelled(logger, comparisonId, time.GetElapsedTime(start).TotalSeconds);
    }

    private async Task<TracedSweep?> SweepAsync(Guid comparison, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        return await TracedSweep.OfComparisonAsync(db, comparison, cancellation);
    }
}
