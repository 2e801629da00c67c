using Microsoft.AspNetCore.Http.HttpResults;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Domain.Access;
using PieService.Domain.Storage;

namespace PieService.Api.Access;

public static class AuditEndpoints
{
    private static readonly Order<AuditEntry> NewestFirst = Order<AuditEntry>.ByDescending(entry => entry.Id);

    public static void MapAudit(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/audit", List).WithName("listAudit").WithTags("System").WithMetadata(new NeedsRole(Role.Admin))
            .ProducesProblem(400);

    /// <summary>Lists the requested changes and their actors, the newest first.</summary>
    /// <remarks>
    /// The list includes refused changes. If an entry has no status, the request was interrupted, and it is unknown
    /// whether the change was made.
    /// </remarks>
    private static async Task<Ok<Page<AuditResponse>>> List(
        Query<AuditFilter> query, PieDbContext db, CancellationToken cancellation)
    {
        var filter = query.Value;
        var entries = db.Audit.Where(entry =>
            (filter.Actor == null || entry.Actor == filter.Actor)
            && (filter.Operation == null || entry.Operation == filter.Operation));
        return TypedResults.Ok(
            await new QueryRows<AuditEntry, AuditResponse>(entries, NewestFirst, AuditResponse.Of)
                .PageAsync(filter, cancellation));
    }
}

public sealed record AuditFilter : PageQuery
{
    /// <summary>
    /// The name of a key, "local" for changes made while no key was required, or "operator" for changes by ./pie key.
    /// </summary>
    public string? Actor { get; init; }

    /// <summary>The operation id, as in this document.</summary>
    public string? Operation { get; init; }
}

/// <param name="Id">The number of the entry; later entries have larger ones.</param>
/// <param name="At">The time of the request, by the clock of the database.</param>
/// <param name="Actor">The name of the key, "local" for a change while no key was required, or "operator" for a change
/// by ./pie key.</param>
/// <param name="KeyId">
/// The id of the key. A name can be used again after its key was revoked; an id cannot. Null if no key was used.
/// </param>
/// <param name="Operation">The operation id, as in this document.</param>
/// <param name="Path">The path of the request.</param>
/// <param name="Status">The HTTP status of the response; null if there is no response, or none yet.</param>
/// <param name="TraceId">The trace id, as in problem details and in the log.</param>
public sealed record AuditResponse(
    long Id, DateTimeOffset At, string Actor, Guid? KeyId, string Operation, string Path, int? Status, string TraceId)
{
    public static AuditResponse Of(AuditEntry entry) =>
        new(entry.Id, entry.At, entry.Actor, entry.KeyId, entry.Operation, entry.Path, entry.Status, entry.TraceId);
}
