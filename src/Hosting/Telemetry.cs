using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace PieService.Hosting;

/// <summary>
/// The metrics and the spans of API and workers. Without a listener, which TelemetrySetup.cs adds where a setting asks
/// for it, a measurement is a comparison with null. docs/deploying.md lists the metrics, and deploy/grafana shows them.
/// </summary>
public static class Telemetry
{
    public const string Name = "PieService";

    /// <summary>Names of tags, of metrics and of spans.</summary>
    public const string Run = "pie.run", Sweep = "pie.sweep", Worker = "worker", Device = "device",
        Architecture = "architecture", Outcome = "outcome", State = "state", Queue = "queue", Kind = "kind";

    private static readonly Meter Meter = new(Name);

    public static ActivitySource Source { get; } = new(Name);

    /// <summary>Of a worker: epochs that a training has finished.</summary>
    public static Counter<long> Epochs { get; } =
        Meter.CreateCounter<long>("pie.training.epochs", "{epoch}", "Finished epochs");

    /// <summary>Of a worker: tokens of the training split in these epochs, as the models read them.</summary>
    public static Counter<long> Tokens { get; } =
        Meter.CreateCounter<long>("pie.training.tokens", "{token}", "Tokens of the finished epochs");

    /// <summary>Of a worker: the duration of each epoch, with the evaluation at its end.</summary>
    public static Histogram<double> EpochSeconds { get; } = Meter.CreateHistogram(
        "pie.training.epoch.duration", "s", "Duration of an epoch", tags: null, Buckets(0.1, 2, 18));

    /// <summary>Of a worker: the time for which it held a run, by its outcome.</summary>
    public static Histogram<double> RunSeconds { get; } = Meter.CreateHistogram(
        "pie.run.duration", "s", "Time from the claim of a run to its outcome", tags: null, Buckets(1, 2, 18));

    /// <summary>Of a worker: the duration of a labelling, analysis included.</summary>
    public static Histogram<double> LabellingSeconds { get; } = Meter.CreateHistogram(
        "pie.labelling.duration", "s", "Duration of the labelling of a comparison", tags: null, Buckets(0.1, 2, 16));

    /// <summary>Of an API: bytes of files that clients have sent to be imported.</summary>
    public static Counter<long> ImportBytes { get; } =
        Meter.CreateCounter<long>("pie.import.io", "By", "Bytes of received files");

    /// <summary>Of an API: the runs of the database by state.</summary>
    public static Gauge<long> Runs { get; } = Meter.CreateGauge<long>("pie.runs", "{run}", "Runs by state");

    /// <summary>Of an API: what waits: runs that can be claimed, and comparisons to label.</summary>
    public static Gauge<long> QueueDepth { get; } =
        Meter.CreateGauge<long>("pie.queue.depth", "{item}", "Runs that can be claimed, comparisons to label");

    /// <summary>Of an API: workers with a heartbeat in the last 30 seconds.</summary>
    public static Gauge<long> Workers { get; } =
        Meter.CreateGauge<long>("pie.workers", "{worker}", "Live workers");

    /// <summary>Of an API: the slots of these workers.</summary>
    public static Gauge<long> Slots { get; } = Meter.CreateGauge<long>("pie.slots", "{slot}", "Slots of live workers");

    /// <summary>Of an API: the size of the database.</summary>
    public static Gauge<long> DatabaseSize { get; } =
        Meter.CreateGauge<long>("pie.database.size", "By", "Size of the database");

    private static InstrumentAdvice<double> Buckets(double first, double factor, int count) => new()
    {
        HistogramBucketBoundaries = [.. Enumerable.Range(0, count).Select(i => first * Math.Pow(factor, i))],
    };
}
