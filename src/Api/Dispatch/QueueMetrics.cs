using Microsoft.EntityFrameworkCore;
using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Hosting;

namespace PieService.Api.Dispatch;

/// <summary>
/// Measures the queue and the database, for metrics only. Each API reports the same values, so a query takes their
/// maximum and not their sum.
/// </summary>
public sealed class QueueMetrics(
    IDbContextFactory<PieDbContext> contexts, TimeProvider time, ILogger<QueueMetrics> logger)
    : RepeatingService(TimeSpan.FromSeconds(15), time)
{
    public override async Task LookAsync(CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var runs = await db.Runs.GroupBy(run => run.State).Select(state => new { state.Key, Count = state.LongCount() })
            .ToDictionaryAsync(state => state.Key, state => state.Count, cancellation);
        foreach (var state in Enum.GetValues<RunState>())
            Telemetry.Runs.Record(runs.GetValueOrDefault(state), Tag(Telemetry.State, Wire.Name(state)));
        var now = await db.Database.SqlQuery<Measured>($"""
            SELECT (SELECT count(*) FROM ready_runs) AS ready,
                (SELECT count(*) FROM comparisons_to_label) AS labels,
                (SELECT count(*) FROM live_workers) AS workers,
                (SELECT coalesce(sum(slots), 0) FROM live_workers) AS slots,
                pg_database_size(current_database()) AS bytes
            """).SingleAsync(cancellation);
        Telemetry.QueueDepth.Record(now.Ready, Tag(Telemetry.Queue, "runs"));
        Telemetry.QueueDepth.Record(now.Labels, Tag(Telemetry.Queue, "labels"));
        Telemetry.Workers.Record(now.Workers);
        Telemetry.Slots.Record(now.Slots);
        Telemetry.DatabaseSize.Record(now.Bytes);
    }

    protected override void Log(Exception failure) => DispatchLog.NotMeasured(logger, failure.Message);

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);

    private sealed record Measured(long Ready, long Labels, long Workers, long Slots, long Bytes);
}
