using System.ComponentModel;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Access;
using PieService.Api.Dispatch;
using PieService.Api.Http;
using PieService.Api.Idempotency;
using PieService.Api.Lists;
using PieService.Domain.Datasets;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Sweeps;

public static class SweepEndpoints
{
    private const string SubmitOperation = "submitSweep";

    // Version 7 ids grow with time, so they order by age.
    private static readonly Order<Row> NewestFirst = Order<Row>.ByDescending(row => row.Sweep.Id);

    public static void MapSweeps(this IEndpointRouteBuilder routes)
    {
        var sweeps = routes.MapGroup("/sweeps").WithTags("Sweeps");
        sweeps.MapPost("/", Submit).WithName(SubmitOperation).WithMetadata(IdempotencyKey.Documented)
            .Produces<SweepResponse>(202).ProducesProblem(400).ProducesProblem(409);
        sweeps.MapPost("/plan", Plan).WithName("planSweep").WithMetadata(new ChangesNothing()).ProducesProblem(400);
        sweeps.MapGet("/", List).WithName("listSweeps").ProducesProblem(400);
        sweeps.MapGet("/{id:guid}", Get).WithName("getSweep").ProducesProblem(404);
        sweeps.MapDelete("/{id:guid}", Delete).WithName("deleteSweep").ProducesProblem(404).ProducesProblem(409);
        sweeps.MapPost("/{id:guid}/cancel", Cancel).WithName("cancelSweep").ProducesProblem(404);
        sweeps.MapPost("/{id:guid}/pause", Pause).WithName("pauseSweep").ProducesProblem(404);
        sweeps.MapPost("/{id:guid}/resume", Resume).WithName("resumeSweep").ProducesProblem(404);
        sweeps.MapPost("/{id:guid}/retry-failed", RetryFailed).WithName("retryFailedRuns").ProducesProblem(404).ProducesProblem(409);
        sweeps.MapPost("/{id:guid}/predict-again", PredictAgain).WithName("predictAgain").ProducesProblem(404).ProducesProblem(409);
    }

    /// <summary>Submits a pruning sweep.</summary>
    /// <remarks>
    /// Trains models x (dense + methods x sparsities) x seeds and compares each pruned cohort with its dense cohort. Runs that
    /// exist for this dataset are linked, not trained again. A preset, such as paper/snli/bilstm, fills in whatever is left out, so that it
    /// needs only a datasetId beside it. With validateOnly=true it is planSweep.
    /// </remarks>
    /// <response code="202">Accepted; poll the Location.</response>
    private static async Task<IResult> Submit(
        Body<SweepRequest> body, Query<SubmitQuery> query, PieDbContext db, SweepStore store, DispatchBell bell, IdempotencyKey key, HttpContext http,
        CancellationToken cancellation)
    {
        if (query.Value.ValidateOnly) return await Plan(body, new(new()), db, cancellation);
        await using var attempt = await key.BeginAsync(http, SubmitOperation, body.Bytes, cancellation);
        if (attempt.Answer is { } known) return known;

        var (request, dataset) = await CheckedAsync(body, db, cancellation);
        // There already where an earlier attempt was cut off after it.
        if (await FindAsync(db, attempt.ResourceId, cancellation) is null)
        {
            attempt.WorkBegins();
            var sweep = new Sweep { Id = attempt.ResourceId, Name = request.Name!, DatasetId = dataset.Id, Request = request };
            await store.SubmitAsync(sweep, SweepExpansion.Expand(request, dataset.ContentHash), cancellation);
            bell.Ring();
        }
        var answer = Accepted(http.Response, (await FindAsync(db, attempt.ResourceId, cancellation))!);
        await attempt.CompleteAsync(StatusCodes.Status202Accepted, answer.Location!, answer.Value);
        return answer;
    }

    /// <summary>What a sweep would cost.</summary>
    /// <remarks>Checks the request as submitSweep does, and stores nothing.</remarks>
    private static async Task<Ok<PlanResponse>> Plan(Body<SweepRequest> body, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation)
    {
        var (request, dataset) = await CheckedAsync(body, db, cancellation);
        var plan = SweepExpansion.Expand(request, dataset.ContentHash);
        return TypedResults.Ok(new PlanResponse(await PlanQuery.AskAsync(db, dataset, plan, request, cancellation), request.Unknowns));
    }

    private static async Task<(SweepRequest Request, Dataset Dataset)> CheckedAsync(Body<SweepRequest> body, PieDbContext db, CancellationToken cancellation)
    {
        // What a request lacks cannot be told where its preset cannot be read.
        if (body.Errors.Any(error => error.Field == "preset")) InvalidRequestException.ThrowIfAny(body.Errors);
        if (body.Value?.Preset is { } preset) body = body.Filled(sent => StudyGrid.FillIn(sent, preset));
        var dataset = body.Value?.DatasetId is { } id ? await db.Datasets.AsNoTracking().SingleOrDefaultAsync(d => d.Id == id, cancellation) : null;
        var request = body.Checked(value => SweepRules.Check(value, dataset));
        return (request with { Protocol = request.ProtocolOrDefault }, dataset!);
    }

    /// <summary>Lists sweeps, the newest first.</summary>
    /// <remarks>Each with its progress. A sweep's state follows from its runs and comparisons, so it may come alive again, for example by retry-failed.</remarks>
    private static async Task<Ok<Page<SweepResponse>>> List(Query<SweepFilter> query, PieDbContext db, CancellationToken cancellation)
    {
        var filter = query.Value;
        var ofDataset = db.Sweeps.Where(sweep => filter.DatasetId == null || sweep.DatasetId == filter.DatasetId);
        var sweeps = from sweep in ofDataset
                     join progress in db.SweepProgress on sweep.Id equals progress.SweepId
                     where filter.State == null || progress.State == filter.State
                     select new Row { Sweep = sweep, Progress = progress };
        var standstill = await Standstill.LookAsync(db, cancellation);
        var rows = new QueryRows<Row, SweepResponse>(sweeps, NewestFirst, row => SweepResponse.Of(row.Sweep, row.Progress, standstill))
        {
            // Every sweep has a progress, which takes long to add up.
            Counted = filter.State is null ? ofDataset : sweeps,
        };
        return TypedResults.Ok(await rows.PageAsync(filter, cancellation));
    }

    /// <summary>One sweep with its progress.</summary>
    /// <remarks>While it is at work, Retry-After says when to ask again, and with If-None-Match the answer is 304 until something has changed. waitingFor says why nothing moves.</remarks>
    private static async Task<Results<Ok<SweepResponse>, ProblemHttpResult>> Get(
        Guid id, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation) =>
        await FindAsync(db, id, cancellation) is { } sweep ? TypedResults.Ok(sweep) : Problems.NotFound("sweep", id);

    /// <summary>Cancels a sweep.</summary>
    /// <remarks>Runs that another live sweep wants go on; finished runs are kept. A sweep that has ended stays as it is.</remarks>
    private static async Task<Results<Accepted<SweepResponse>, ProblemHttpResult>> Cancel(
        Guid id, Query<NoQuery> _, PieDbContext db, SweepStore store, HttpResponse response, CancellationToken cancellation)
    {
        var found = await store.CancelAsync(id, cancellation);
        return await AnswerAsync(found, id, db, response, cancellation);
    }

    /// <summary>Pauses a sweep.</summary>
    /// <remarks>Running trainings stop after their last finished epoch. Runs that another live sweep wants go on.</remarks>
    private static async Task<Results<Accepted<SweepResponse>, ProblemHttpResult>> Pause(
        Guid id, Query<NoQuery> _, PieDbContext db, SweepStore store, HttpResponse response, CancellationToken cancellation)
    {
        var found = await store.PauseAsync(id, cancellation);
        return await AnswerAsync(found, id, db, response, cancellation);
    }

    /// <summary>Resumes a paused sweep.</summary>
    /// <remarks>Its runs go on from their checkpoints. A sweep that is not paused stays as it is.</remarks>
    private static async Task<Results<Accepted<SweepResponse>, ProblemHttpResult>> Resume(
        Guid id, Query<NoQuery> _, PieDbContext db, SweepStore store, DispatchBell bell, HttpResponse response, CancellationToken cancellation)
    {
        var found = await store.ResumeAsync(id, cancellation);
        bell.Ring();
        return await AnswerAsync(found, id, db, response, cancellation);
    }

    /// <summary>Queues the failed runs of a sweep again.</summary>
    /// <remarks>They start with all attempts new. A sweep without failed runs stays as it is.</remarks>
    private static async Task<Results<Accepted<SweepResponse>, ProblemHttpResult>> RetryFailed(
        Guid id, Query<NoQuery> _, PieDbContext db, SweepStore store, DispatchBell bell, HttpResponse response, CancellationToken cancellation)
    {
        if (await FindAsync(db, id, cancellation) is { State: SweepState.Cancelled })
            return Problems.Conflict("The sweep was cancelled. Submit it again: its finished runs are linked, the others are trained.");
        var found = await store.RetryFailedAsync(id, cancellation);
        bell.Ring();
        return await AnswerAsync(found, id, db, response, cancellation);
    }

    /// <summary>Has the kept models of a sweep predict again, without training.</summary>
    /// <remarks>
    /// For runs whose predictions a faulty worker made: docs/machines.md says how to find them. progress.runs shows how many are queued. Each succeeded run whose model is kept
    /// (keepModels) is queued, and so is a dense run whose last checkpoint is still there; the others stay as they are. Comparisons are
    /// labelled again. What was measured while training, such as EL2N and the accuracy around each pruning, stays as it was. A run whose
    /// model cannot be read keeps its predictions and says why in its error.
    /// </remarks>
    private static async Task<Results<Accepted<SweepResponse>, ProblemHttpResult>> PredictAgain(
        Guid id, Query<NoQuery> _, PieDbContext db, SweepStore store, DispatchBell bell, HttpResponse response, CancellationToken cancellation)
    {
        if (await FindAsync(db, id, cancellation) is { State: SweepState.Cancelled })
            return Problems.Conflict("The sweep was cancelled. Submit it again: its finished runs are linked, the others are trained.");
        var waiting = await store.PredictAgainAsync(id, cancellation);
        if (waiting == 0)
        {
            return Problems.Conflict(
                "No succeeded run of the sweep has a model that is kept. Submit sweeps with keepModels: last to keep them; to have "
                + "this one's runs predict again, delete it and submit it anew.");
        }
        bell.Ring();
        return await AnswerAsync(waiting is not null, id, db, response, cancellation);
    }

    /// <summary>Deletes a sweep that has ended.</summary>
    /// <remarks>With its comparisons, and with the runs that no other sweep has.</remarks>
    /// <response code="204">Deleted.</response>
    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        Guid id, Query<NoQuery> _, SweepStore store, CancellationToken cancellation) => await store.DeleteAsync(id, cancellation) switch
        {
            SweepDeletion.Deleted => TypedResults.NoContent(),
            SweepDeletion.NoSuchSweep => Problems.NotFound("sweep", id),
            SweepDeletion.StillAtWork => Problems.Conflict("The sweep is at work. Cancel it first, and delete it when its last run has stopped, a few seconds later."),
        };

    private static async Task<Results<Accepted<SweepResponse>, ProblemHttpResult>> AnswerAsync(
        bool found, Guid id, PieDbContext db, HttpResponse response, CancellationToken cancellation) =>
        found && await FindAsync(db, id, cancellation) is { } sweep ? Accepted(response, sweep) : Problems.NotFound("sweep", id);

    private static async Task<SweepResponse?> FindAsync(PieDbContext db, Guid id, CancellationToken cancellation)
    {
        var row = await (from sweep in db.Sweeps
                         join progress in db.SweepProgress on sweep.Id equals progress.SweepId
                         where sweep.Id == id
                         select new { Sweep = sweep, Progress = progress }).AsNoTracking().SingleOrDefaultAsync(cancellation);
        return row is null ? null : SweepResponse.Of(row.Sweep, row.Progress, await Standstill.LookAsync(db, cancellation));
    }

    private static Accepted<SweepResponse> Accepted(HttpResponse response, SweepResponse sweep)
    {
        response.AskAgainIn(EntityTags.PollSeconds);
        return TypedResults.Accepted($"/api/v1/sweeps/{sweep.Id}", sweep);
    }

    private sealed record Row
    {
        public required Sweep Sweep { get; init; }
        public required SweepProgress Progress { get; init; }
    }
}

public sealed record SubmitQuery
{
    /// <summary>Answer as planSweep does.</summary>
    /// <remarks>Not in the document: generators of clients bear one answer for an operation, and make a failure of the other.</remarks>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public bool ValidateOnly { get; init; }
}

public sealed record SweepFilter : PageQuery
{
    public SweepState? State { get; init; }
    public Guid? DatasetId { get; init; }
}

/// <param name="WaitingFor">Why nothing moves; empty where something does, or where nothing should.</param>
/// <param name="Unknowns">What of the study the preset cannot know, and what is done instead; empty without a preset.</param>
public sealed record SweepResponse(
    Guid Id, string Name, SweepState State, Guid DatasetId, SweepRequest Request,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, ProgressResponse Progress, IReadOnlyList<string> WaitingFor,
    IReadOnlyList<string> Unknowns)
    : IPolled, IHasSteadyPart
{
    bool IPolled.IsAtWork => FinishedAt is null;

    object IHasSteadyPart.Steady => this with { Progress = Progress with { EstimatedFinish = null } };

    public static SweepResponse Of(Sweep sweep, SweepProgress progress, Standstill standstill) => new(
        sweep.Id, sweep.Name, progress.State, sweep.DatasetId, sweep.Request,
        sweep.CreatedAt, progress.StartedAt, progress.FinishedAt, ProgressResponse.Of(progress),
        progress.State is SweepState.Queued or SweepState.Running && progress is { RunsQueued: > 0, RunsRunning: 0 } ? standstill.ReasonsFor(sweep.Request) : [],
        sweep.Request.Unknowns);
}

public sealed record ProgressResponse(RunCounts Runs, EpochCounts Epochs, DateTimeOffset? EstimatedFinish)
{
    public static ProgressResponse Of(SweepProgress progress) => new(
        new RunCounts(
            progress.RunsTotal, progress.RunsQueued, progress.RunsRunning, progress.RunsSucceeded, progress.RunsFailed, progress.RunsCancelled),
        new EpochCounts(progress.EpochsTotal, progress.EpochsDone, progress.EpochsShared),
        progress.EstimatedFinish);
}

public sealed record RunCounts(int Total, int Queued, int Running, int Succeeded, int Failed, int Cancelled);

/// <summary>Total = shared + what this sweep trains.</summary>
public sealed record EpochCounts(long Total, long Done, long Shared);

/// <param name="Unknowns">What of the study the preset cannot know, and what is done instead; empty without a preset.</param>
public sealed record PlanResponse(SweepPlan Plan, IReadOnlyList<string> Unknowns);
