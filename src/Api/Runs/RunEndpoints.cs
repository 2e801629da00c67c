using System.Net.Mime;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.OpenApi;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Runs;

public static class RunEndpoints
{
    public static void MapRuns(this IEndpointRouteBuilder routes)
    {
        routes.MapGet("/sweeps/{id:guid}/runs", List).WithName("listRuns").WithTags("Runs").ProducesProblem(400).ProducesProblem(404);
        var runs = routes.MapGroup("/runs").WithTags("Runs");
        runs.MapGet("/{id:guid}", Get).WithName("getRun").ProducesProblem(404);
        runs.MapGet("/{id:guid}/metrics", Metrics).WithName("listRunMetrics").ProducesProblem(400).ProducesProblem(404);
        runs.MapGet("/{id:guid}/model", ModelEndpoint.Get).WithName("getRunModel")
            .WithMetadata(new SendsFile(MediaTypeNames.Application.Octet)).ProducesProblem(404).ProducesProblem(409);
        runs.MapGet("/{id:guid}/predictions", Predictions).WithName("listRunPredictions").ProducesProblem(400).ProducesProblem(404);
    }

    /// <summary>The runs of a sweep, in the order in which it asked for them.</summary>
    /// <remarks>Cohort by cohort: dense first, then each method at each sparsity. Filters combine.</remarks>
    private static async Task<Results<Ok<Page<RunResponse>>, TableFile<RunResponse>, ProblemHttpResult>> List(
        Guid id, TableRequest<RunFilter> request, PieDbContext db, CancellationToken cancellation)
    {
        var datasetId = await db.Sweeps.Where(sweep => sweep.Id == id).Select(sweep => (Guid?)sweep.DatasetId).SingleOrDefaultAsync(cancellation);
        if (datasetId is null) return Problems.NotFound("sweep", id);

        var (filter, origin) = (request.Filter, new Origin(("sweep", id), ("dataset", datasetId.Value)));
        var runs = from link in db.SweepRuns
                   join run in db.Runs on link.RunId equals run.Id
                   where link.SweepId == id
                       && (filter.State == null || run.State == filter.State)
                       && (filter.Architecture == null || run.Architecture == filter.Architecture)
                       && (filter.Method == null || run.Method == filter.Method)
                       && (filter.Sparsity == null || run.Sparsity == filter.Sparsity)
                       && (filter.Seed == null || run.Seed == filter.Seed)
                       && (filter.Model == null || link.Model == filter.Model)
                       && (filter.MinAchievedSparsity == null || run.AchievedSparsity >= filter.MinAchievedSparsity)
                       && (filter.MaxAchievedSparsity == null || run.AchievedSparsity <= filter.MaxAchievedSparsity)
                   select new
                   {
                       Run = run,
                       Link = link,
                       Achieved = run.AchievedSparsity ?? SparsityPlace.Last,
                       TrainLoss = db.RunMetrics.Where(metric => metric.RunId == run.Id && metric.Split == Split.Train && metric.Epoch == run.EpochsTotal - 1).Select(metric => (double?)metric.Loss).FirstOrDefault(),
                       Sweeps = db.SweepRuns.Where(other => other.RunId == run.Id).OrderBy(other => other.SweepId).Select(other => other.SweepId).ToList(),
                   };
        var isByRequest = filter.OrderBy == SparsityOrder.Request;
        var ordered = isByRequest ? runs.OrderBy(row => row.Link.Ordinal) : runs.OrderBy(row => row.Achieved).ThenBy(row => row.Link.Ordinal);
        if (request.IsForFile)
        {
            var all = ordered.AsNoTracking().AsAsyncEnumerable();
            return request.File($"runs-{id}", RunTables.Runs, all.Select(row => RunResponse.Of(row.Run, row.Link.Model, row.Sweeps, row.TrainLoss)), origin);
        }

        var total = await runs.CountAsync(cancellation);
        var rest = filter.After<SparsityPlace>() is not { } after ? ordered
            : isByRequest ? ordered.Where(row => row.Link.Ordinal > after.Ordinal)
            : ordered.Where(row => row.Achieved > after.AchievedSparsity || (row.Achieved == after.AchievedSparsity && row.Link.Ordinal > after.Ordinal));
        var rows = await rest.Take(filter.PageSize + 1).AsNoTracking().ToListAsync(cancellation);
        return request.Page(
            filter.Cut(rows, total, row => RunResponse.Of(row.Run, row.Link.Model, row.Sweeps, row.TrainLoss), row => new SparsityPlace(row.Achieved, row.Link.Ordinal)), origin);
    }

    /// <summary>One run: its recipe's place in the sweep, its progress, and what came out.</summary>
    /// <remarks>A run may belong to several sweeps of its dataset. predictionHash is the same for the same recipe, seed and kind of machine.</remarks>
    private static async Task<Results<Ok<RunResponse>, ProblemHttpResult>> Get(
        Guid id, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation)
    {
        if (await db.Runs.AsNoTracking().SingleOrDefaultAsync(run => run.Id == id, cancellation) is not { } run) return Problems.NotFound("run", id);
        var links = await db.SweepRuns.Where(link => link.RunId == id).OrderBy(link => link.SweepId).ToListAsync(cancellation);
        var model = (links.Find(link => link.SweepId == run.SweepId) ?? links.FirstOrDefault())?.Model ?? Wire.Name(run.Architecture);
        var trainLoss = await db.RunMetrics.Where(metric => metric.RunId == id && metric.Split == Split.Train && metric.Epoch == run.EpochsTotal - 1)
            .Select(metric => (double?)metric.Loss).SingleOrDefaultAsync(cancellation);
        return TypedResults.Ok(RunResponse.Of(run, model, links.Select(link => link.SweepId), trainLoss));
    }

    /// <summary>Loss and scores: one row for each epoch and split that was measured.</summary>
    /// <remarks>Epochs count from 0. Those of a shared trunk are the dense run's, and not told again here.</remarks>
    private static async Task<Results<Ok<Page<MetricResponse>>, TableFile<MetricResponse>, ProblemHttpResult>> Metrics(
        Guid id, TableRequest<TableQuery> request, PieDbContext db, CancellationToken cancellation)
    {
        if (await db.Runs.AsNoTracking().SingleOrDefaultAsync(run => run.Id == id, cancellation) is not { } run) return Problems.NotFound("run", id);

        var (page, origin) = (request.Filter, OriginOf(run));
        var metrics = db.RunMetrics.Where(metric => metric.RunId == id);
        if (request.IsForFile)
        {
            var all = metrics.OrderBy(metric => metric.Epoch).ThenBy(metric => metric.Split).AsNoTracking().AsAsyncEnumerable();
            return request.File($"metrics-{id}", RunTables.Metrics, all.Select(MetricResponse.Of), origin);
        }

        var total = await metrics.CountAsync(cancellation);
        if (page.After<MetricKey>() is { } after)
            metrics = metrics.Where(metric => EF.Functions.GreaterThan(ValueTuple.Create(metric.Epoch, metric.Split), ValueTuple.Create(after.Epoch, after.Split)));
        var rows = await metrics.OrderBy(metric => metric.Epoch).ThenBy(metric => metric.Split).Take(page.PageSize + 1).AsNoTracking().ToListAsync(cancellation);
        return request.Page(page.Cut(rows, total, MetricResponse.Of, row => new MetricKey(row.Epoch, row.Split)), origin);
    }

    /// <summary>What the run answered for each example of a split, in example order.</summary>
    /// <remarks>Of the model after its last epoch, in evaluation mode; scores are logits in label order, stored as float16.</remarks>
    private static async Task<Results<Ok<Page<PredictionResponse>>, TableFile<PredictionResponse>, ProblemHttpResult>> Predictions(
        Guid id, TableRequest<PredictionFilter> request, PieDbContext db, CancellationToken cancellation)
    {
        var filter = request.Filter;
        var stored = await (from run in db.Runs
                            join dataset in db.Datasets on run.DatasetId equals dataset.Id
                            where run.Id == id
                            select new { Run = run, dataset.Task, dataset.Labels }).AsNoTracking().SingleOrDefaultAsync(cancellation);
        if (stored is null) return Problems.NotFound("run", id);

        var packed = await PackedAsync(db, id, filter, cancellation);
        var answers = new PackedLabels(stored.Task, stored.Labels.Length, packed?.Classes ?? []);
        var (origin, examples) = (OriginOf(stored.Run), answers.Count);
        if (request.IsForFile)
        {
            var all = Enumerable.Range(0, examples).Select(At).ToAsyncEnumerable();
            return request.File($"predictions-{id}-{Wire.Name(filter.Split)}", RunTables.Predictions(stored.Task, stored.Labels), all, origin);
        }

        var from = filter.After<PositionKey>() is { } after ? after.Position + 1 : 0;
        var size = filter.SizeFor(stored.Labels.Length);
        var positions = Enumerable.Range(0, examples).Skip(from).Take(size + 1).ToList();
        return request.Page(filter.Cut(positions, Math.Min(size, positions.Count), examples, At, position => new PositionKey(position)), origin);

        PredictionResponse At(int position) => new(
            Example.IdOf(stored.Run.DatasetId, filter.Split, position),
            position,
            [.. answers.ClassesAt(position).Select(c => stored.Labels[c])],
            PackedPredictions.ScoresAt(packed!.Scores, position, packed.ClassCount));
    }

    private sealed record Packed(int ClassCount, byte[] Classes, byte[] Scores);

    private static Task<Packed?> PackedAsync(PieDbContext db, Guid run, PredictionFilter filter, CancellationToken cancellation) => filter.Epoch is { } epoch
        ? db.RunObservations.Where(o => o.RunId == run && o.Epoch == epoch)
            .Select(o => new Packed(o.ClassCount, o.Classes, o.Scores)).SingleOrDefaultAsync(cancellation)
        : db.RunPredictions.Where(p => p.RunId == run && p.Split == filter.Split)
            .Select(p => new Packed(p.ClassCount, p.Classes, p.Scores)).SingleOrDefaultAsync(cancellation);

    private static Origin OriginOf(Run run) => new(("run", run.Id), ("sweep", run.SweepId), ("dataset", run.DatasetId))
    {
        Recipe = run.Fingerprint,
        TrainedBy = run.Outcome is { } outcome ? [outcome.Versions] : [],
    };

    private sealed record MetricKey(int Epoch, Split Split);

    private sealed record PositionKey(int Position);
}

public sealed record RunFilter : TableQuery
{
    public RunState? State { get; init; }
    public Architecture? Architecture { get; init; }

    /// <summary>The model's name in the sweep.</summary>
    public string? Model { get; init; }
    public Method? Method { get; init; }

    /// <summary>In percent; 0 for dense runs.</summary>
    public decimal? Sparsity { get; init; }
    public int? Seed { get; init; }

    /// <summary>Only runs that reached at least so much, in percent.</summary>
    public double? MinAchievedSparsity { get; init; }

    /// <summary>Only runs that reached at most so much, in percent.</summary>
    public double? MaxAchievedSparsity { get; init; }

    /// <summary>request: as the sweep asked for them; achievedSparsity: the least pruned first, those that have not succeeded last.</summary>
    public SparsityOrder OrderBy { get; init; } = SparsityOrder.Request;
}

public sealed record PredictionFilter : TableQuery
{
    public Split Split { get; init; } = Split.Test;

    /// <summary>After this observed epoch (from 0) of a dense run, with split=train; left out: after the last.</summary>
    public int? Epoch { get; init; }

    public override IEnumerable<FieldError> Broken()
    {
        foreach (var error in base.Broken()) yield return error;
        if (Epoch is not null && Split != Split.Train) yield return new("epoch", "is for split=train: after an early epoch, answers to the training split alone are kept");
    }
}

/// <param name="Compression">Prunable weights / those that are left; null before it succeeded.</param>
/// <param name="Prunings">What each pruning did, in their order; null before the run has succeeded.</param>
/// <param name="GeneralisationGap">Loss on the training split, measured while training through the last epoch, - loss on test; in nats.</param>
/// <param name="PredictSplits">Splits that it has predicted, before that those that it will: test, and what its sweeps ask for.</param>
/// <param name="ObservedEpochs">Epochs (from 0) after which its predictions on the training split were kept.</param>
/// <param name="Repeatable">False: trained again under the same conditions, it gave other predictions.</param>
/// <param name="Threshold">Of multi-label data: a label is predicted where its probability exceeds it; tuned after the last epoch.</param>
/// <param name="KeptModel">Null: its model is not kept.</param>
/// <param name="PredictedBy">What the kept model predicted again with, where predictAgain was asked; null: environment holds for the predictions too.</param>
public sealed record RunResponse(
    Guid Id, Guid SweepId, IReadOnlyList<Guid> SweepIds, string Model, Architecture Architecture, Method Method, decimal Sparsity, int Seed,
    RunState State, double? AchievedSparsity, double? Compression, IReadOnlyList<TensorSparsity> Tensors, IReadOnlyList<RunPruning>? Prunings, RunEpochs Epochs, int Attempts, int Interruptions,
    string? Error, string? Worker, string? Device, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt,
    RunScore? Test, double? GeneralisationGap, string? PredictionHash, IReadOnlyList<string> PredictSplits, IReadOnlyList<int> ObservedEpochs, bool Repeatable, double? TrainingSeconds, RunEnvironment? Environment, KeptModelResponse? KeptModel, double? Threshold,
    string? PredictedBy)
    : IPolled
{
    bool IPolled.IsAtWork => State is RunState.Queued or RunState.Running;

    /// <param name="trainLoss">Of the last epoch.</param>
    public static RunResponse Of(Run run, string model, IEnumerable<Guid> sweeps, double? trainLoss) => new(
        run.Id, run.SweepId, [.. sweeps], model, run.Architecture, run.Method, run.Sparsity, run.Seed,
        run.State, run.AchievedSparsity, run.Outcome is { } trained ? PrunableWeights.Of(trained.Tensors).Compression : null, run.Outcome?.Tensors ?? [], run.Outcome?.Prunings, RunEpochs.Of(run), run.Attempts, run.Interruptions,
        run.Error, run.Worker, run.Device, run.CreatedAt, run.StartedAt, run.FinishedAt,
        run.Outcome?.Test, trainLoss - run.Outcome?.Test.Loss, run.PredictionHash, run.PredictedSplits ?? run.PredictSplits, run.Outcome?.ObservedEpochs ?? [], run.IsRepeatable, run.TrainingSeconds,
        run.Outcome is { } outcome ? RunEnvironment.Of(outcome) : null,
        run.Model is { } kept ? new KeptModelResponse(kept.Bytes, kept.Sha256) : null, run.Outcome?.Threshold,
        run.Outcome?.PredictedBy?.ToString());
}

/// <summary>Finished epochs, those of a shared trunk included.</summary>
public sealed record RunEpochs(int Done, int Total)
{
    /// <summary>One whose training for another sweep was given up has still finished the one that its answers are from.</summary>
    public static RunEpochs Of(Run run) => new(run.State == RunState.Succeeded ? run.EpochsTotal : run.EpochsDone, run.EpochsTotal);
}

/// <summary>What trained a run: it decides the bits beside recipe and seed, and a fault that is found later is searched for by it.</summary>
/// <param name="CpuCapability">The instruction set of the tensor library's kernels, the processor's vendor, and the limit that oneDNN was given, if any.</param>
/// <param name="Versions">Of the worker and of TorchSharp.</param>
/// <param name="Library">The tensor library and its version.</param>
/// <param name="Allocator">The memory allocator of the trainer: tcmalloc, glibc (with settings), system, or the name of another library.</param>
/// <param name="ArithmeticChecks">Checks of its arithmetic that the worker had passed at its start.</param>
/// <param name="VectorsSha256">Of the file of word vectors.</param>
/// <param name="CheckpointSha256">Of a BERT's checkpoint: what <c>sha256sum config.json model.safetensors tokenizer_config.json vocab.txt | sha256sum</c> prints in its folder.</param>
public sealed record RunEnvironment(
    string CpuCapability, int Threads, Processor Processor, string Library, string Allocator, int ArithmeticChecks, string Versions,
    string? VectorsSha256, string? CheckpointSha256)
{
    public static RunEnvironment Of(RunOutcome outcome) => new(
        outcome.CpuCapability, outcome.Threads, outcome.Host.Processor, outcome.Host.Library, outcome.Host.Allocator, outcome.ArithmeticChecks,
        outcome.Versions, outcome.VectorsSha256, outcome.CheckpointSha256);
}

/// <summary>The file that getRunModel answers with.</summary>
/// <param name="Sha256">Lower-case hex; also its ETag.</param>
public sealed record KeptModelResponse(long Bytes, string Sha256);

/// <param name="Epoch">0-based.</param>
/// <param name="Accuracy">Share of the examples answered with exactly their labels.</param>
/// <param name="Threshold">By which multi-label data was decided after this epoch; null otherwise.</param>
public sealed record MetricResponse(
    int Epoch, Split Split, double Loss, double Accuracy, double MacroF1, double MicroF1,
    double MacroPrecision, double MicroPrecision, double MacroRecall, double MicroRecall,
    double? Threshold, double Seconds)
{
    public static MetricResponse Of(RunMetric metric) => new(
        metric.Epoch, metric.Split, metric.Loss, metric.Accuracy, metric.MacroF1, metric.MicroF1,
        metric.MacroPrecision, metric.MicroPrecision, metric.MacroRecall, metric.MicroRecall, metric.Threshold, metric.Seconds);
}

/// <param name="Predicted">The predicted labels; one for single-label data.</param>
/// <param name="Scores">Logits in label order, evaluation mode after the last epoch.</param>
public sealed record PredictionResponse(Guid ExampleId, int Position, IReadOnlyList<string> Predicted, IReadOnlyList<float> Scores);
