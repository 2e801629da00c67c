using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Runs;

/// <summary>Lists the runs of a sweep, in the order of the sweep's request.</summary>
/// <remarks>
/// The runs are listed cohort by cohort: dense first, then each method at each sparsity. A run must match all filters.
/// </remarks>
public sealed class RunTable() : Table<RunFilter, SweepScope, RunResponse>("sweep", "runs")
{
    private static readonly Order<Row> ByRequest = Order<Row>.By(row => row.Link.Ordinal);
    private static readonly Order<Row> BySparsity = Order<Row>.By(row => row.AchievedSparsity)
        .ThenBy(row => row.Link.Ordinal);

    private static readonly Columns<RunResponse> Flat = new Columns<RunResponse>()
        .Id("id", row => row.Id)
        .Id("sweepId", row => row.SweepId)
        .List("sweepIds", row => row.SweepIds)
        .Text("model", row => row.Model)
        .Name("architecture", row => row.Architecture)
        .Name("method", row => row.Method)
        .Real("sparsity", row => (double)row.Sparsity)
        .Text("cohort", row => row.Cohort)
        .Whole("seed", row => row.Seed)
        .Name("state", row => row.State)
        .Real("achievedSparsity", row => row.AchievedSparsity)
        .Real("compression", row => row.Compression)
        .List("tensors", row => row.Tensors)
        .List("prunings", row => row.Prunings)
        .Whole("epochs_done", row => row.Epochs.Done)
        .Whole("epochs_total", row => row.Epochs.Total)
        .Whole("attempts", row => row.Attempts)
        .Whole("interruptions", row => row.Interruptions)
        .Text("error", row => row.Error)
        .Text("worker", row => row.Worker)
        .Text("device", row => row.Device)
        .Time("createdAt", row => row.CreatedAt)
        .Time("startedAt", row => row.StartedAt)
        .Time("finishedAt", row => row.FinishedAt)
        .Real("test_accuracy", row => row.Test?.Accuracy)
        .Real("test_macroF1", row => row.Test?.MacroF1)
        .Real("test_loss", row => row.Test?.Loss)
        .Real("test_microF1", row => row.Test?.MicroF1)
        .Real("test_macroPrecision", row => row.Test?.MacroPrecision)
        .Real("test_microPrecision", row => row.Test?.MicroPrecision)
        .Real("test_macroRecall", row => row.Test?.MacroRecall)
        .Real("test_microRecall", row => row.Test?.MicroRecall)
        .Real("generalisationGap", row => row.GeneralisationGap)
        .Text("predictionHash", row => row.PredictionHash)
        .List("predictSplits", row => row.PredictSplits)
        .List("observedEpochs", row => row.ObservedEpochs)
        .Flag("repeatable", row => row.Repeatable)
        .Real("trainingSeconds", row => row.TrainingSeconds)
        .Text("predictedBy", row => row.PredictedBy)
        .Text("environment_cpuCapability", row => row.Environment?.CpuCapability)
        .Whole("environment_threads", row => row.Environment?.Threads)
        .Text("environment_processor_vendor", row => row.Environment?.Processor.Vendor)
        .Whole("environment_processor_family", row => row.Environment?.Processor.Family)
        .Whole("environment_processor_model", row => row.Environment?.Processor.Model)
        .Text("environment_processor_name", row => row.Environment?.Processor.Name)
        .Text("environment_library", row => row.Environment?.Library)
        .Text("environment_allocator", row => row.Environment?.Allocator)
        .Whole("environment_arithmeticChecks", row => row.Environment?.ArithmeticChecks)
        .Text("environment_versions", row => row.Environment?.Versions)
        .Text("environment_vectorsSha256", row => row.Environment?.VectorsSha256)
        .Text("environment_checkpointSha256", row => row.Environment?.CheckpointSha256)
        .Flag("environment_poolerDrawn", row => row.Environment?.PoolerDrawn)
        .Whole("keptModel_bytes", row => row.KeptModel?.Bytes)
        .Text("keptModel_sha256", row => row.KeptModel?.Sha256)
        .Real("threshold", row => row.Threshold)
        .Real("vectorCoverage_types", row => row.VectorCoverage?.Types)
        .Real("vectorCoverage_tokens", row => row.VectorCoverage?.Tokens)
        .Name("deviceWish", row => row.DeviceWish)
        .List("notes", row => row.Notes)
        .Text("environment_gpu", row => row.Environment?.Gpu)
        .Text("environment_driver", row => row.Environment?.Driver)
        .Whole("environment_microBatch", row => row.Environment?.MicroBatch);

    public override Task<SweepScope?> FindAsync(
        PieDbContext db, Guid id, RunFilter filter, CancellationToken cancellation) =>
        SweepScope.FindAsync(db, id, cancellation);

    public override Rows<RunResponse> Rows(PieDbContext db, SweepScope scope, RunFilter filter)
    {
        var runs = from link in db.SweepRuns
                   join run in db.Runs on link.RunId equals run.Id
                   where link.SweepId == scope.SweepId
                       && (filter.State == null || run.State == filter.State)
                       && (filter.Architecture == null || run.Architecture == filter.Architecture)
                       && (filter.Method == null || run.Method == filter.Method)
                       && (filter.Sparsity == null || run.Sparsity == filter.Sparsity)
                       && (filter.Cohort == null || run.Cohort == filter.Cohort)
                       && (filter.Seed == null || run.Seed == filter.Seed)
                       && (filter.Model == null || link.Model == filter.Model)
                       && (filter.MinAchievedSparsity == null || run.AchievedSparsity >= filter.MinAchievedSparsity)
                       && (filter.MaxAchievedSparsity == null || run.AchievedSparsity <= filter.MaxAchievedSparsity)
                   select new Row
                   {
                       Run = run,
                       Link = link,
                       AchievedSparsity = run.AchievedSparsity ?? AchievedSparsity.Missing,
                       TrainLoss = db.RunMetrics
                           .Where(metric =>
                               metric.RunId == run.Id && metric.Split == Split.Train
                               && metric.Epoch == run.EpochsTotal - 1)
                           .Select(metric => (double?)metric.Loss).FirstOrDefault(),
                       Sweeps = db.SweepRuns.Where(other => other.RunId == run.Id)
                           .OrderBy(other => other.SweepId).Select(other => other.SweepId).ToList(),
                   };
        return new QueryRows<Row, RunResponse>(
            runs, filter.OrderBy == SparsityOrder.Request ? ByRequest : BySparsity,
            row => RunResponse.Of(row.Run, row.Link.Model, row.Sweeps, row.TrainLoss))
        {
            // The key of the links suffices, and no run is read.
            Counted = filter.SelectsAll ? db.SweepRuns.Where(link => link.SweepId == scope.SweepId) : runs,
        };
    }

    public override Columns<RunResponse> Columns(SweepScope scope) => Flat;

    public override Provenance Provenance(SweepScope scope) => scope.Provenance;

    private sealed record Row
    {
        public required Run Run { get; init; }
        public required SweepRun Link { get; init; }
        public required double AchievedSparsity { get; init; }

        /// <summary>The loss on the training split in the last epoch.</summary>
        public required double? TrainLoss { get; init; }

        /// <summary>All sweeps that contain the run.</summary>
        public required List<Guid> Sweeps { get; init; }
    }
}

public sealed record RunFilter : TableQuery
{
    /// <summary>Only runs in this state are returned.</summary>
    public RunState? State { get; init; }

    /// <summary>Only runs of models with this architecture are returned.</summary>
    public Architecture? Architecture { get; init; }

    /// <summary>The model's name in the sweep.</summary>
    public string? Model { get; init; }

    /// <summary>Only runs of this method are returned; dense and dense4E are the dense runs.</summary>
    public Method? Method { get; init; }

    /// <summary>The target sparsity, in percent; 0 for dense runs.</summary>
    public decimal? Sparsity { get; init; }

    /// <summary>The name of a cohort of imported predictions.</summary>
    public string? Cohort { get; init; }

    /// <summary>Only runs with this seed are returned.</summary>
    public int? Seed { get; init; }

    /// <summary>The lowest achieved sparsity, in percent. Runs below it are left out.</summary>
    public double? MinAchievedSparsity { get; init; }

    /// <summary>The highest achieved sparsity, in percent. Runs above it are left out.</summary>
    public double? MaxAchievedSparsity { get; init; }

    /// <summary>Whether every run of the sweep matches the filters.</summary>
    internal bool SelectsAll => State is null && Architecture is null && Model is null && Method is null
        && Sparsity is null && Cohort is null && Seed is null && MinAchievedSparsity is null
        && MaxAchievedSparsity is null;

    /// <summary>
    /// The order of the runs. request: the order of the sweep's request; achievedSparsity: the least pruned first, runs
    /// that have not succeeded last.
    /// </summary>
    public SparsityOrder OrderBy { get; init; } = SparsityOrder.Request;
}
