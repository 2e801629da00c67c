using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api;

public static class SystemEndpoints
{
    public static void MapHealth(this IEndpointRouteBuilder routes)
    {
        // Whoever supervises the processes has no key, and tells nobody anything but yes and no.
        var health = routes.MapGroup("/health").WithTags("System").AllowAnonymous();
        // The others ask the database.
        health.MapGet("/live", Live).WithName("isLive").DisableRateLimiting();
        health.MapGet("/ready", Ready).WithName("isReady").ProducesProblem(503);
        health.MapGet("/workers/{name}", Worker).WithName("isWorkerLive").ProducesProblem(404).ProducesProblem(503);
    }

    public static void MapSystem(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/system", System).WithName("getSystem").WithTags("System");

    /// <summary>Whether the process answers at all.</summary>
    /// <remarks>For a supervisor that starts it again where it does not.</remarks>
    private static Ok<HealthResponse> Live() => TypedResults.Ok(new HealthResponse("live"));

    /// <summary>Whether requests can be served: the database answers and has this version's schema.</summary>
    /// <remarks>For a load balancer; 503 as long as it is not so.</remarks>
    private static async Task<Results<Ok<HealthResponse>, ProblemHttpResult>> Ready(PieDbContext db, CancellationToken cancellation) =>
        (await db.Database.GetPendingMigrationsAsync(cancellation)).Any()
            ? TypedResults.Problem("The database has not been migrated to this version yet.", statusCode: StatusCodes.Status503ServiceUnavailable)
            : TypedResults.Ok(new HealthResponse("ready"));

    /// <summary>Whether a worker was heard of in the last 30 seconds.</summary>
    /// <remarks>Named by its machine, or by machine and process: MACHINE-PROCESS.</remarks>
    private static async Task<Results<Ok<HealthResponse>, ProblemHttpResult>> Worker(string name, PieDbContext db, CancellationToken cancellation) =>
        // A NUL cannot be part of any text in PostgreSQL.
        !name.Contains('\0') && await db.Workers.FromSql($"SELECT * FROM live_workers").AnyAsync(
            worker => worker.Machine == name || worker.Id.StartsWith(name + "-"), cancellation)
            ? TypedResults.Ok(new HealthResponse("live"))
            : TypedResults.Problem("No worker of this name was heard of in the last 30 seconds.", statusCode: StatusCodes.Status404NotFound);

    /// <summary>Version, database, live workers and the depth of the queue.</summary>
    /// <remarks>Workers that were heard of in the last half minute, with what each is training, and why one takes nothing new.</remarks>
    private static async Task<Ok<SystemResponse>> System(Query<NoQuery> _, PieDbContext db, CancellationToken cancellation)
    {
        var workers = await db.Workers
            .FromSql($"SELECT * FROM live_workers").OrderBy(worker => worker.Id)
            .AsNoTracking().ToListAsync(cancellation);
        var training = await db.Runs.Where(run => run.State == RunState.Running)
            .Select(run => new { run.Id, run.LeaseOwner, run.EpochsDone, run.EpochsTotal }).ToListAsync(cancellation);
        var server = await db.Database.SqlQuery<string>($"SELECT current_setting('server_version') AS \"Value\"").SingleAsync(cancellation);
        return TypedResults.Ok(new SystemResponse(
            typeof(SystemEndpoints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
            $"PostgreSQL {server}",
            [
                .. workers.Select(worker => new WorkerResponse(
                    worker.Id, worker.Machine, worker.Slots, worker.Device, worker.ShortOf, worker.Arithmetic, worker.StartedAt, worker.LastBeatAt,
                    [.. training.Where(run => run.LeaseOwner == worker.Id).Select(run => new TrainingRun(run.Id, run.EpochsDone, run.EpochsTotal))])),
            ],
            await db.Runs.CountAsync(run => run.State == RunState.Queued, cancellation)));
    }
}

public sealed record HealthResponse(string Status);

/// <param name="Workers">Those that were heard of in the last 30 seconds.</param>
/// <param name="QueueDepth">Runs that wait.</param>
public sealed record SystemResponse(string Version, string Database, IReadOnlyList<WorkerResponse> Workers, int QueueDepth);

/// <param name="Slots">Runs that it trains at once; 0 where its arithmetic is wrong.</param>
/// <param name="ShortOf">Why it takes no new run at the moment, such as a full disk; null: it does.</param>
/// <param name="Arithmetic">How the tensor library's results compared with plain double arithmetic when it started, for each device.</param>
public sealed record WorkerResponse(
    string Id, string Machine, int Slots, string Device, string? ShortOf, IReadOnlyList<ArithmeticReport> Arithmetic,
    DateTimeOffset StartedAt, DateTimeOffset LastBeatAt, IReadOnlyList<TrainingRun> Training);

public sealed record TrainingRun(Guid RunId, int EpochsDone, int EpochsTotal);
