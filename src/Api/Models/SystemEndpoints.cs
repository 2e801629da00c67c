using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Models;

public static class SystemEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        // A supervisor has no key, and these endpoints reveal nothing but yes or no.
        var health = routes.MapGroup("/health").WithTags("System").AllowAnonymous()
            .WithMetadata(new OutsideRequestLimit());
        // The other health endpoints query the database, so they are rate-limited.
        health.MapGet("/live", Live).WithName("isLive").DisableRateLimiting();
        health.MapGet("/ready", Ready).WithName("isReady").ProducesProblem(503);
        health.MapGet("/workers/{name}", Worker).WithName("isWorkerLive").ProducesProblem(404).ProducesProblem(503);
    }

    public static void MapSystem(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/system", System).WithName("getSystem").WithTags("System");

    /// <summary>Checks whether the process responds.</summary>
    /// <remarks>For a supervisor that restarts the process if it does not respond.</remarks>
    private static Ok<HealthResponse> Live() => TypedResults.Ok(new HealthResponse("live"));

    /// <summary>
    /// Checks whether requests can be served: the database is reachable and has the schema of this version.
    /// </summary>
    /// <remarks>For a load balancer. The status is 503 until requests can be served.</remarks>
    private static async Task<Results<Ok<HealthResponse>, ProblemHttpResult>> Ready(
        PieDbContext db, CancellationToken cancellation) =>
        (await db.Database.GetPendingMigrationsAsync(cancellation)).Any()
            ? TypedResults.Problem(
                "The database does not have the schema of this version yet. Try again when the migration is complete.",
                statusCode: StatusCodes.Status503ServiceUnavailable)
            : TypedResults.Ok(new HealthResponse("ready"));

    /// <summary>Checks whether a worker has sent a heartbeat in the last 30 seconds.</summary>
    /// <remarks>name is the name of the worker's machine, or machine and process id: MACHINE-PROCESS.</remarks>
    private static async Task<Results<Ok<HealthResponse>, ProblemHttpResult>> Worker(
        string name, PieDbContext db, CancellationToken cancellation) =>
        // PostgreSQL cannot store the NUL character in text.
        !name.Contains('\0') && await db.LiveWorkers.AnyAsync(
            worker => worker.Machine == name || worker.Id.StartsWith(name + "-"), cancellation)
            ? TypedResults.Ok(new HealthResponse("live"))
            : TypedResults.Problem(
                "There was no heartbeat from a worker with this name in the last 30 seconds.",
                statusCode: StatusCodes.Status404NotFound);

    /// <summary>Returns the version, the database, the live workers and the length of the queue.</summary>
    /// <remarks>
    /// The live workers are those that have sent a heartbeat in the last 30 seconds. Each has the runs that it is
    /// training, and the reason if it takes no new run.
    /// </remarks>
    internal static async Task<Ok<SystemResponse>> System(
        Query<NoQuery> _, PieDbContext db, CancellationToken cancellation)
    {
        var workers = await db.LiveWorkers.ToListAsync(cancellation);
        var training = await db.Runs.Where(run => run.State == RunState.Running)
            .Select(run => new { run.Id, run.LeaseOwner, run.EpochsDone, run.EpochsTotal }).ToListAsync(cancellation);
        var server = await db.Database.SqlQuery<string>($"SELECT current_setting('server_version') AS \"Value\"")
            .SingleAsync(cancellation);
        return TypedResults.Ok(new SystemResponse(
            typeof(SystemEndpoints).Assembly
                .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
            $"PostgreSQL {server}",
            [
                .. workers.Select(worker => new WorkerResponse(
                    worker.Id, worker.Machine, worker.Slots, worker.Device, worker.ShortOf, worker.Arithmetic,
                    worker.Devices, worker.Versions, worker.StartedAt, worker.LastBeatAt,
                    [.. training.Where(run => run.LeaseOwner == worker.Id)
                        .Select(run => new TrainingRun(run.Id, run.EpochsDone, run.EpochsTotal))])),
            ],
            await db.Runs.CountAsync(run => run.State == RunState.Queued, cancellation)));
    }
}

/// <param name="Status">live or ready.</param>
public sealed record HealthResponse(string Status);

/// <param name="Version">The version of the service.</param>
/// <param name="Database">The version of the database server.</param>
/// <param name="Workers">The workers that have sent a heartbeat in the last 30 seconds.</param>
/// <param name="QueueDepth">The number of queued runs.</param>
public sealed record SystemResponse(
    string Version, string Database, IReadOnlyList<WorkerResponse> Workers, int QueueDepth);

/// <param name="Id">The id of the worker process.</param>
/// <param name="Machine">The name of its machine.</param>
/// <param name="Slots">
/// The number of runs that the worker trains at the same time; 0 if its arithmetic checks failed.
/// </param>
/// <param name="Device">The device of its trainings: cpu, or GPUs such as cuda:0.</param>
/// <param name="ShortOf">
/// The reason why the worker takes no new run at present, such as a full disk; null if it does.
/// </param>
/// <param name="Arithmetic">
/// The arithmetic checks at the start of the worker, for each device: results of the tensor library compared with
/// double-precision arithmetic.
/// </param>
/// <param name="Devices">The devices of the worker, with the state of each GPU at the last heartbeat.</param>
/// <param name="Versions">The versions of the worker and of TorchSharp.</param>
/// <param name="StartedAt">The time at which it started.</param>
/// <param name="LastBeatAt">The time of its last heartbeat.</param>
/// <param name="Training">The runs that it trains.</param>
public sealed record WorkerResponse(
    string Id, string Machine, int Slots, string Device, string? ShortOf, IReadOnlyList<ArithmeticReport> Arithmetic,
    IReadOnlyList<ComputeDevice> Devices, string Versions,
    DateTimeOffset StartedAt, DateTimeOffset LastBeatAt, IReadOnlyList<TrainingRun> Training);

/// <param name="EpochsDone">The number of finished epochs of the run.</param>
/// <param name="EpochsTotal">The number of all epochs of the run.</param>
public sealed record TrainingRun(Guid RunId, int EpochsDone, int EpochsTotal);
