using System.ComponentModel;
using System.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Access;
using PieService.Api.Http;
using PieService.Api.Idempotency;
using PieService.Api.Lists;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;
using PieService.Hosting;

namespace PieService.Api.Sweeps;

public static class SweepEndpoints
{
    private const string SubmitOperation = "submitSweep";

    public static void MapSweeps(this IEndpointRouteBuilder routes)
    {
        var sweeps = routes.MapGroup("/sweeps").WithTags("Sweeps");
        sweeps.MapPost("/", Submit).WithName(SubmitOperation).WithMetadata(IdempotencyKey.Documented)
            .Produces<SweepResponse>(202).ProducesProblem(400).ProducesProblem(409);
        sweeps.MapPost("/plan", Plan).WithName("planSweep").WithMetadata(new ChangesNothing()).ProducesProblem(400);
        sweeps.MapGet("/", List).WithName("listSweeps").ProducesProblem(400);
        sweeps.MapGet("/{id:guid}", Get).WithName("getSweep").ProducesProblem(404);
        sweeps.MapDelete("/{id:guid}", Delete).WithName("deleteSweep").ProducesProblem(404).ProducesProblem(409);
        sweeps.MapPost("/{id:guid}/cancel", Cancel).WithName("cancelSweep")
            .WithMetadata(new OutsideRequestLimit()).ProducesProblem(404);
        sweeps.MapPost("/{id:guid}/pause", Pause).WithName("pauseSweep")
            .WithMetadata(new OutsideRequestLimit()).ProducesProblem(404);
        sweeps.MapPost("/{id:guid}/resume", Resume).WithName("resumeSweep").ProducesProblem(404)
            .ProducesProblem(409);
        sweeps.MapPost("/{id:guid}/retry-failed", RetryFailed).WithName("retryFailedRuns").ProducesProblem(404)
            .ProducesProblem(409);
        sweeps.MapPost("/{id:guid}/predict-again", PredictAgain).WithName("predictAgain").ProducesProblem(404)
            .ProducesProblem(409);
    }

    /// <summary>Submits a pruning sweep.</summary>
    /// <remarks>
    /// Trains models x (dense + methods x sparsities) x seeds, and compares each pruned cohort with its dense cohort.
    /// Runs that exist for this dataset are linked and not trained again. A preset, such as paper/snli/bilstm, supplies
    /// all fields that are left out, so that a request needs only the preset and a datasetId. With validateOnly=true
    /// the operation is the same as planSweep.
    /// </remarks>
    /// <response code="202">The sweep is accepted; poll the address in Location.</response>
    internal static async Task<IResult> Submit(
        Body<SweepRequest> body, Query<SubmitQuery> query, PieDbContext db, SweepStore store, IdempotencyKey key,
        HttpContext http, ILogger<SweepStore> logger, CancellationToken cancellation)
    {
        if (query.Value.ValidateOnly) return await Plan(body, new(new()), db, cancellation);
        await using var attempt = await key.BeginAsync(http, SubmitOperation, body.Bytes, cancellation);
        if (attempt.Answer is { } known) return known;

        var (request, dataset) = await CheckedAsync(body, db, cancellation);
        // The sweep exists if an earlier attempt was interrupted after it had been stored.
        if (await SweepQuery.FindAsync(db, attempt.ResourceId, cancellation) is null)
        {
            attempt.WorkBegins();
            var sweep = new Sweep
            {
                Id = attempt.ResourceId,
                Name = request.Name!,
                DatasetId = dataset.Dataset.Id,
                Request = request,
                // In another format the id would have text that the client sent.
                TraceParent = Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null,
            };
            var plan = SweepExpansion.Expand(request, dataset.Dataset.ContentHash);
            await store.SubmitAsync(sweep, plan, cancellation);
            Activity.Current?.SetTag(Telemetry.Sweep, sweep.Id);
            SweepLog.Submitted(logger, sweep.Id, sweep.Name, plan.Runs.Count, plan.Comparisons.Count);
        }
        var answer = Accepted(http.Response, (await SweepQuery.FindAsync(db, attempt.ResourceId, cancellation))!);
        await attempt.CompleteAsync(StatusCodes.Status202Accepted, answer.Location!, answer.Value);
        return answer;
    }

    /// <summary>Estimates the cost of a sweep.</summary>
    /// <remarks>The request is validated as in submitSweep. Nothing is stored.</remarks>
    internal static async Task<Ok<PlanResponse>> Plan(
        Body<SweepRequest> body, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation)
    {
        var (request, dataset) = await CheckedAsync(body, db, cancellation);
        var plan = SweepExpansion.Expand(request, dataset.Dataset.ContentHash);
        var live = await LiveResources.LookAsync(
            db, db.Datasets.Where(planned => planned.Id == dataset.Dataset.Id), cancellation);
        return TypedResults.Ok(new PlanResponse(
            await PlanQuery.AskAsync(db, dataset.Dataset, plan, request, live, cancellation), request.Unknowns,
            PlanWarnings.Of(request, dataset, live),
            PlannedCoverage.Of(request, live.CoveragesOf(dataset.Dataset), live.Files),
            request));
    }

    private static async Task<(SweepRequest Request, KnownDataset Dataset)> CheckedAsync(
        Body<SweepRequest> body, PieDbContext db, CancellationToken cancellation)
    {
        // If the preset is not valid, the missing fields of the request cannot be determined.
        if (body.Errors.Any(error => error.Field == "preset")) InvalidRequestException.ThrowIfAny(body.Errors);
        if (body.Value?.Preset is { } preset) body = body.Filled(sent => StudyGrid.FillIn(sent, preset));
        var dataset = body.Value?.DatasetId is { } id
            ? await db.KnownDatasets.AsNoTracking().SingleOrDefaultAsync(known => known.Dataset.Id == id, cancellation)
            : null;
        var request = body.Checked(value => SweepRules.Check(
            value, dataset?.Dataset,
            methodsAreKnown: !body.Errors.Any(error => error.Field.StartsWith("methods", StringComparison.Ordinal))));
        return (request with { Protocol = request.ProtocolOrDefault }, dataset!);
    }

    /// <summary>Lists sweeps, the newest first.</summary>
    /// <remarks>
    /// Each sweep has its progress. The state of a sweep follows from its runs and comparisons, so a sweep that has
    /// ended may run again, for example after retryFailedRuns.
    /// </remarks>
    private static async Task<Ok<Page<SweepResponse>>> List(
        Query<SweepFilter> query, PieDbContext db, CancellationToken cancellation) =>
        TypedResults.Ok(await SweepQuery.ListAsync(db, query.Value, cancellation));

    /// <summary>Returns one sweep with its progress.</summary>
    /// <remarks>
    /// While the sweep is running, Retry-After states when to poll again, and a request with If-None-Match returns 304
    /// until something has changed. If no run makes progress, waitingFor states the reasons.
    /// </remarks>
    private static async Task<Results<Ok<SweepResponse>, ProblemHttpResult>> Get(
        Guid id, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation) =>
        await SweepQuery.FindAsync(db, id, cancellation) is { } sweep
            ? TypedResults.Ok(sweep)
            : Problems.NotFound("sweep", id);

    /// <summary>Cancels a sweep.</summary>
    /// <remarks>
    /// Runs that another live sweep requests continue; finished runs are kept. A sweep that has ended does not change.
    /// </remarks>
    internal static async Task<Results<Accepted<SweepResponse>, ProblemHttpResult>> Cancel(
        Guid id, Query<NoQuery> _, PieDbContext db, SweepStore store, HttpResponse response,
        CancellationToken cancellation)
    {
        var found = await store.CancelAsync(id, cancellation);
        return await AnswerAsync(found, id, db, response, cancellation);
    }

    /// <summary>Pauses a sweep.</summary>
    /// <remarks>
    /// Running trainings stop at once, which discards the epoch that they are in; resumeSweep continues them after the
    /// last epoch that was finished. Runs that another live sweep requests continue.
    /// </remarks>
    internal static async Task<Results<Accepted<SweepResponse>, ProblemHttpResult>> Pause(
        Guid id, Query<NoQuery> _, PieDbContext db, SweepStore store, HttpResponse response,
        CancellationToken cancellation)
    {
        var found = await store.PauseAsync(id, cancellation);
        return await AnswerAsync(found, id, db, response, cancellation);
    }

    /// <summary>Resumes a paused sweep.</summary>
    /// <remarks>
    /// The runs continue from their checkpoints. A sweep that is not paused does not change; one that was cancelled
    /// cannot be resumed (409).
    /// </remarks>
    internal static async Task<Results<Accepted<SweepResponse>, ProblemHttpResult>> Resume(
        Guid id, Query<NoQuery> _, PieDbContext db, SweepStore store, HttpResponse response,
        CancellationToken cancellation)
    {
        if (await SweepQuery.FindAsync(db, id, cancellation) is { State: SweepState.Cancelled }) return WasCancelled();
        var found = await store.ResumeAsync(id, cancellation);
        return await AnswerAsync(found, id, db, response, cancellation);
    }

    /// <summary>Queues the failed runs of a sweep again.</summary>
    /// <remarks>
    /// The number of attempts of these runs starts at 0 again. Comparisons whose labelling failed are labelled again. A
    /// sweep without either does not change.
    /// </remarks>
    internal static async Task<Results<Accepted<SweepResponse>, ProblemHttpResult>> RetryFailed(
        Guid id, Query<NoQuery> _, PieDbContext db, SweepStore store, HttpResponse response,
        CancellationToken cancellation)
    {
        if (await SweepQuery.FindAsync(db, id, cancellation) is { State: SweepState.Cancelled }) return WasCancelled();
        var found = await store.RetryFailedAsync(id, cancellation);
        return await AnswerAsync(found, id, db, response, cancellation);
    }

    /// <summary>Repeats the predictions of the kept models of a sweep, without training.</summary>
    /// <remarks>
    /// Use this operation for runs whose predictions were computed by a faulty worker; docs/machines.md describes how
    /// to find them. Each succeeded run whose model is kept (keepModels) is queued, and so is a dense run whose last
    /// checkpoint still exists; other runs do not change. progress.runs has the number of queued runs. The comparisons
    /// are labelled again. Values that were measured during the training, such as EL2N and the accuracy before and
    /// after each pruning, do not change. A run whose model cannot be read keeps its predictions, and its error states
    /// the reason.
    /// </remarks>
    internal static async Task<Results<Accepted<SweepResponse>, ProblemHttpResult>> PredictAgain(
        Guid id, Query<NoQuery> _, PieDbContext db, SweepStore store, HttpResponse response,
        CancellationToken cancellation)
    {
        if (await SweepQuery.FindAsync(db, id, cancellation) is { State: SweepState.Cancelled }) return WasCancelled();
        var waiting = await store.PredictAgainAsync(id, cancellation);
        if (waiting == 0)
        {
            if (await db.Sweeps.AnyAsync(sweep => sweep.Id == id && sweep.Foreign != null, cancellation))
                return Problems.Conflict(
                    "The predictions of this sweep were imported, so there is no model that could predict again. "
                    + "Import the files again if they have changed.");
            return Problems.Conflict(
                "No model of a succeeded run of this sweep is kept. Submit sweeps with keepModels: last to keep them. "
                + "To repeat the predictions of this sweep, delete it and submit it again.");
        }
        return await AnswerAsync(waiting is not null, id, db, response, cancellation);
    }

    /// <summary>Deletes a sweep that has ended.</summary>
    /// <remarks>The comparisons of the sweep are deleted too, and the runs that no other sweep contains.</remarks>
    /// <response code="204">The sweep is deleted.</response>
    internal static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        Guid id, Query<NoQuery> _, SweepStore store, CancellationToken cancellation) =>
        await store.DeleteAsync(id, cancellation) switch
        {
            SweepDeletion.Deleted => TypedResults.NoContent(),
            SweepDeletion.NoSuchSweep => Problems.NotFound("sweep", id),
            SweepDeletion.StillAtWork => Problems.Conflict(
                "The sweep is still running, or one of its comparisons is being labelled. Cancel it, and delete it "
                + "when its last run has stopped, a few seconds later, and the labelling has ended."),
        };

    private static async Task<Results<Accepted<SweepResponse>, ProblemHttpResult>> AnswerAsync(
        bool found, Guid id, PieDbContext db, HttpResponse response, CancellationToken cancellation) =>
        found && await SweepQuery.FindAsync(db, id, cancellation) is { } sweep
            ? Accepted(response, sweep) : Problems.NotFound("sweep", id);

    private static ProblemHttpResult WasCancelled() => Problems.Conflict(
        "The sweep was cancelled. Submit it again: its finished runs are linked, and the others are trained.");

    private static Accepted<SweepResponse> Accepted(HttpResponse response, SweepResponse sweep)
    {
        response.SetRetryAfter(EntityTags.PollSeconds);
        return TypedResults.Accepted($"/api/v1/sweeps/{sweep.Id}", sweep);
    }
}

public sealed record SubmitQuery
{
    /// <summary>Whether only to validate the request and to respond as planSweep does.</summary>
    /// <remarks>
    /// The parameter is not in the OpenAPI document: client generators accept one success response per operation and
    /// treat a second one as an error.
    /// </remarks>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public bool ValidateOnly { get; init; }
}
