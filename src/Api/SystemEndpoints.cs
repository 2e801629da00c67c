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
        routes.MapGet("/health/live", Live).WithName("isLive").WithTags("System");
        routes.MapGet("/health/ready", Ready).WithName("isReady").WithTags("System").ProducesProblem(503);
    }

    public static void MapSystem(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/system", System).WithName("getSystem").WithTags("System");

    /// <summary>Whether the process answers at all.</summary>
    private static Ok<HealthResponse> Live() => TypedResults.Ok(new HealthResponse("live"));

    /// <summary>Whether requests can be served: the database answers and has this version's schema.</summary>
    private static async Task<Results<Ok<HealthResponse>, ProblemHttpResult>> Ready(PieDbContext db, CancellationToken cancellation) =>
        (await db.Database.GetPendingMigrationsAsync(cancellation)).Any()
            ? TypedResults.Problem("The database has not been migrated to this version yet.", statusCode: StatusCodes.Status503ServiceUnavailable)
            : TypedResults.Ok(new HealthResponse("ready"));

    /// <summary>Version, database, live workers and the depth of the queue.</summary>
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
                    worker.Id, worker.Machine, worker.Slots, worker.Device, worker.ShortOf, worker.StartedAt, worker.LastBeatAt,
                    [.. training.Where(run => run.LeaseOwner == worker.Id).Select(run => new TrainingRun(run.Id, run.EpochsDone, run.EpochsTotal))])),
            ],
            await db.Runs.CountAsync(run => run.State == RunState.Queued, cancellation)));
    }
}

public sealed record HealthResponse(string Status);

/// <param name="Workers">Those that were heard of in the last 30 seconds.</param>
/// <param name="QueueDepth">Runs that wait.</param>
public sealed record SystemResponse(string Version, string Database, IReadOnlyList<WorkerResponse> Workers, int QueueDepth);

/// <param name="Slots">Runs that it trains at once.</param>
/// <param name="ShortOf">Why it takes no new run at the moment, such as a full disk; null: it does.</param>
public sealed record WorkerResponse(
    string Id, string Machine, int Slots, string Device, string? ShortOf, DateTimeOffset StartedAt, DateTimeOffset LastBeatAt, IReadOnlyList<TrainingRun> Training);

public sealed record TrainingRun(Guid RunId, int EpochsDone, int EpochsTotal);
