using Microsoft.EntityFrameworkCore;
using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain.Datasets;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Runs;

/// <summary>Lists the loss and the scores of a run: one row for each epoch and split that was measured.</summary>
/// <remarks>
/// Epochs are 0-based. The epochs of a shared trunk are in the metrics of the dense run and not repeated here.
/// </remarks>
public sealed class MetricTable() : Table<TableQuery, MetricTable.Scope, MetricResponse>("run", "metrics")
{
    private static readonly Columns<MetricResponse> Flat = new Columns<MetricResponse>()
        .Whole("epoch", row => row.Epoch)
        .Name("split", row => row.Split)
        .Real("loss", row => row.Loss)
        .Real("accuracy", row => row.Accuracy)
        .Real("macroF1", row => row.MacroF1)
        .Real("microF1", row => row.MicroF1)
        .Real("macroPrecision", row => row.MacroPrecision)
        .Real("microPrecision", row => row.MicroPrecision)
        .Real("macroRecall", row => row.MacroRecall)
        .Real("microRecall", row => row.MicroRecall)
        .Real("threshold", row => row.Threshold)
        .Real("seconds", row => row.Seconds);

    public override async Task<Scope?> FindAsync(
        PieDbContext db, Guid id, TableQuery filter, CancellationToken cancellation)
    {
        if (await db.Runs.AsNoTracking().SingleOrDefaultAsync(run => run.Id == id, cancellation) is not { } run)
            return null;
        var metrics = await db.RunMetrics.AsNoTracking().Where(metric => metric.RunId == id)
            .OrderBy(metric => metric.Epoch).ThenBy(metric => metric.Split).ToListAsync(cancellation);
        return new Scope(new RunScope(run), metrics);
    }

    public override Rows<MetricResponse> Rows(PieDbContext db, Scope scope, TableQuery filter) =>
        new ListRows<MetricResponse>(scope.Metrics.Count, index => MetricResponse.Of(scope.Metrics[index]));

    public override Columns<MetricResponse> Columns(Scope scope) => Flat;

    public override Provenance Provenance(Scope scope) => scope.Of.Provenance;

    public override Task<IReadOnlyList<string>> TrainedByAsync(
        PieDbContext db, Scope scope, CancellationToken cancellation) =>
        Task.FromResult(scope.Of.TrainedBy);

    /// <param name="Metrics">The metrics in the order of epoch and split.</param>
    public sealed record Scope(RunScope Of, IReadOnlyList<RunMetric> Metrics);
}

/// <param name="Epoch">The epoch, 0-based.</param>
/// <param name="Loss">The mean cross-entropy in nats; for multi-label data the binary cross-entropy, over examples and
/// classes.</param>
/// <param name="Accuracy">
/// The share of the examples whose predicted labels are exactly their gold labels, in [0, 1].
/// </param>
/// <param name="Threshold">
/// The threshold for multi-label data after this epoch: a label is predicted if its probability exceeds it. Null for
/// single-label data.
/// </param>
/// <param name="Seconds">The duration of the epoch, in seconds.</param>
public sealed record MetricResponse(
    int Epoch, Split Split, double Loss, double Accuracy, double MacroF1, double MicroF1,
    double MacroPrecision, double MicroPrecision, double MacroRecall, double MicroRecall,
    double? Threshold, double Seconds)
{
    public static MetricResponse Of(RunMetric metric) => new(
        metric.Epoch, metric.Split, metric.Loss, metric.Accuracy, metric.MacroF1, metric.MicroF1,
        metric.MacroPrecision, metric.MicroPrecision, metric.MacroRecall, metric.MicroRecall, metric.Threshold,
        metric.Seconds);
}
