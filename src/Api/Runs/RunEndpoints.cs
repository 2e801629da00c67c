using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
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
        runs.MapGet("/{id:guid}/metrics", Metrics).WithName("listRunMetrics").ProducesProblem(404);
        runs.MapGet("/{id:guid}/predictions", Predictions).WithName("listRunPredictions").ProducesProblem(400).ProducesProblem(404);
    }

    /// <summary>The runs of a sweep, in the order in which it asked for them.</summary>
    private static async Task<Results<Ok<Page<RunResponse>>, ProblemHttpResult>> List(
        Guid id, Query<RunFilter> query, PieDbContext db, CancellationToken cancellation)
    {
        if (!await db.Sweeps.AnyAsync(sweep => sweep.Id == id, cancellation)) return Problems.NotFound("sweep", id);

        var filter = query.Value;
        var runs = from link in db.SweepRuns
                   join run in db.Runs on link.RunId equals run.Id
                   where link.SweepId == id
                       && (filter.State == null || run.State == filter.State)
                       && (filter.Architecture == null || run.Architecture == filter.Architecture)
                       && (filter.Method == null || run.Method == filter.Method)
                       && (filter.Sparsity == null || run.Sparsity == filter.Sparsity)
                       && (filter.Seed == null || run.Seed == filter.Seed)
                       && (filter.Model == null || link.Model == filter.Model)
                   select new { Run = run, Link = link };
        var total = await runs.CountAsync(cancellation);
        if (filter.After<OrdinalKey>() is { } after) runs = runs.Where(row => row.Link.Ordinal > after.Ordinal);
        var rows = await runs.OrderBy(row => row.Link.Ordinal).Take(filter.PageSize + 1).AsNoTracking().ToListAsync(cancellation);

        var ids = rows.Select(row => row.Run.Id).ToArray();
        var links = (await db.SweepRuns.Where(link => ids.Contains(link.RunId)).Select(link => new { link.RunId, link.SweepId }).ToListAsync(cancellation))
            .ToLookup(link => link.RunId, link => link.SweepId);
        return TypedResults.Ok(filter.Cut(
            rows, total, row => RunResponse.Of(row.Run, row.Link.Model, links[row.Run.Id]), row => new OrdinalKey(row.Link.Ordinal)));
    }

    /// <summary>One run: its recipe's place in the sweep, its progress, and what came out.</summary>
    private static async Task<Results<Ok<RunResponse>, ProblemHttpResult>> Get(
        Guid id, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation)
    {
        if (await db.Runs.AsNoTracking().SingleOrDefaultAsync(run => run.Id == id, cancellation) is not { } run) return Problems.NotFound("run", id);
        var links = await db.SweepRuns.Where(link => link.RunId == id).OrderBy(link => link.SweepId).ToListAsync(cancellation);
        var model = (links.Find(link => link.SweepId == run.SweepId) ?? links.FirstOrDefault())?.Model ?? Wire.Name(run.Architecture);
        return TypedResults.Ok(RunResponse.Of(run, model, links.Select(link => link.SweepId)));
    }

    /// <summary>Loss and scores: one row for each epoch and split that was measured.</summary>
    private static async Task<Results<Ok<Page<MetricResponse>>, ProblemHttpResult>> Metrics(
        Guid id, Query<PageQuery> query, PieDbContext db, CancellationToken cancellation)
    {
        if (!await db.Runs.AnyAsync(run => run.Id == id, cancellation)) return Problems.NotFound("run", id);

        var page = query.Value;
        var metrics = db.RunMetrics.Where(metric => metric.RunId == id);
        var total = await metrics.CountAsync(cancellation);
        if (page.After<MetricKey>() is { } after)
            metrics = metrics.Where(metric => EF.Functions.GreaterThan(ValueTuple.Create(metric.Epoch, metric.Split), ValueTuple.Create(after.Epoch, after.Split)));
        var rows = await metrics.OrderBy(metric => metric.Epoch).ThenBy(metric => metric.Split).Take(page.PageSize + 1).AsNoTracking().ToListAsync(cancellation);
        return TypedResults.Ok(page.Cut(
            rows, total,
            row => new MetricResponse(row.Epoch, row.Split, row.Loss, row.Accuracy, row.MacroF1, row.Seconds),
            row => new MetricKey(row.Epoch, row.Split)));
    }

    /// <summary>What the run answered for each example of a split, in example order.</summary>
    private static async Task<Results<Ok<Page<PredictionResponse>>, ProblemHttpResult>> Predictions(
        Guid id, Query<PredictionFilter> query, PieDbContext db, CancellationToken cancellation)
    {
        var filter = query.Value;
        var stored = await (from run in db.Runs
                            join dataset in db.Datasets on run.DatasetId equals dataset.Id
                            where run.Id == id
                            select new { run.DatasetId, dataset.Labels }).SingleOrDefaultAsync(cancellation);
        if (stored is null) return Problems.NotFound("run", id);

        var packed = await db.RunPredictions.AsNoTracking()
            .SingleOrDefaultAsync(predictions => predictions.RunId == id && predictions.Split == filter.Split, cancellation);
        if (packed is null) return TypedResults.Ok(new Page<PredictionResponse>([], null, 0));

        var from = filter.After<PositionKey>() is { } after ? after.Position + 1 : 0;
        var positions = Enumerable.Range(0, packed.Examples).Skip(from).Take(filter.PageSize + 1).ToList();
        return TypedResults.Ok(filter.Cut(positions, packed.Examples, At, position => new PositionKey(position)));

        PredictionResponse At(int position) => new(
            Example.IdOf(stored.DatasetId, filter.Split, position),
            position,
            [stored.Labels[PackedPredictions.ClassAt(packed.Classes, position)]],
            PackedPredictions.ScoresAt(packed.Scores, position, packed.ClassCount));
    }

    private sealed record OrdinalKey(int Ordinal);

    private sealed record MetricKey(int Epoch, Split Split);

    private sealed record PositionKey(int Position);
}

public sealed record RunFilter : PageQuery
{
    public RunState? State { get; init; }
    public Architecture? Architecture { get; init; }

    /// <summary>The model's name in the sweep.</summary>
    public string? Model { get; init; }
    public Method? Method { get; init; }

    /// <summary>In percent; 0 for dense runs.</summary>
    public decimal? Sparsity { get; init; }
    public int? Seed { get; init; }
}

public sealed record PredictionFilter : PageQuery
{
    public Split Split { get; init; } = Split.Test;
}

/// <param name="PredictSplits">Splits that it has predicted, before that those that it will: test, and what its sweeps ask for.</param>
/// <param name="Repeatable">False: trained again under the same conditions, it gave other predictions.</param>
public sealed record RunResponse(
    Guid Id, Guid SweepId, IReadOnlyList<Guid> SweepIds, string Model, Architecture Architecture, Method Method, decimal Sparsity, int Seed,
    RunState State, double? AchievedSparsity, IReadOnlyList<TensorSparsity> Tensors, RunEpochs Epochs, int Attempts, int Interruptions,
    string? Error, string? Worker, string? Device, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt,
    RunScore? Test, string? PredictionHash, IReadOnlyList<string> PredictSplits, bool Repeatable, double? TrainingSeconds, RunEnvironment? Environment)
    : IPolled
{
    bool IPolled.IsAtWork => State is RunState.Queued or RunState.Running;

    public static RunResponse Of(Run run, string model, IEnumerable<Guid> sweeps) => new(
        run.Id, run.SweepId, [.. sweeps], model, run.Architecture, run.Method, run.Sparsity, run.Seed,
        run.State, run.AchievedSparsity, run.Outcome?.Tensors ?? [], new RunEpochs(run.EpochsDone, run.EpochsTotal), run.Attempts, run.Interruptions,
        run.Error, run.Worker, run.Device, run.CreatedAt, run.StartedAt, run.FinishedAt,
        run.Outcome?.Test, run.PredictionHash, run.PredictedSplits ?? run.PredictSplits, run.IsRepeatable, run.TrainingSeconds,
        run.Outcome is { } outcome ? new RunEnvironment(outcome.CpuCapability, outcome.Threads, outcome.Versions, outcome.VectorsSha256) : null);
}

/// <summary>Finished epochs, those of a shared trunk included.</summary>
public sealed record RunEpochs(int Done, int Total);

/// <summary>What decides a run's bits beside its recipe and seed.</summary>
public sealed record RunEnvironment(string CpuCapability, int Threads, string Versions, string? VectorsSha256);

/// <param name="Epoch">0-based.</param>
public sealed record MetricResponse(int Epoch, Split Split, double Loss, double Accuracy, double MacroF1, double Seconds);

/// <param name="Predicted">The predicted labels; one for single-label data.</param>
/// <param name="Scores">Logits in label order, evaluation mode after the last epoch.</param>
public sealed record PredictionResponse(Guid ExampleId, int Position, IReadOnlyList<string> Predicted, IReadOnlyList<float> Scores);
