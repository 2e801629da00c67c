using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Access;
using PieService.Api.Http;
using PieService.Domain;
using PieService.Domain.Access;
using PieService.Domain.Diagnosis;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Models;

public static class DoctorEndpoints
{
    public static void MapDoctor(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/system/doctor", Examine).WithName("examineSystem").WithTags("System")
            .WithMetadata(new NeedsRole(Role.Admin));

    /// <summary>Examines the service: database, clock, schema, versions, folders, workers and their devices.</summary>
    /// <remarks>
    /// The role admin is required. canRun is true if no finding is a problem, so that a sweep could run now; each
    /// problem and warning has an advice. ./pie doctor also examines the machine on which it is called: the SDK, the
    /// tensor library, GPUs and ports.
    /// </remarks>
    private static async Task<Ok<SystemReport>> Examine(
        Query<NoQuery> _, PieDbContext db, PieFolders folders, IConfiguration configuration, TimeProvider time,
        CancellationToken cancellation)
    {
        var version = typeof(DoctorEndpoints).Assembly
            .GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;
        var minFree = Settings.Number(name => configuration[name], "PIE_MIN_FREE_DISK_MIB", 1024, 0, int.MaxValue);
        var database = await DatabaseFindings.OfAsync(db, time, cancellation);
        // A database that is away, or that has another schema, has no workers that could be read.
        IReadOnlyList<WorkerBeat>? workers = database[^1].State == FindingState.Problem ? null
            : await db.LiveWorkers.ToListAsync(cancellation);
        return TypedResults.Ok(SystemReport.Of(
        [
            Finding.Ok("versions", $"API {version}, .NET {Environment.Version}"),
            .. database,
            .. FolderFindings.Of(folders, minFree),
            .. workers is null ? [] : WorkerFindings.Of(workers, version),
        ]));
    }
}
