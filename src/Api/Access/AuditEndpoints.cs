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
        routes.MapGet("/audit", List).WithName("listAudit").WithTags("System").WithMetadata(new NeedsRole(Role.Admin)).ProducesProblem(400);

    /// <summary>Who asked for which change, the newest first.</summary>
    /// <remarks>Refused changes too. An entry without a status was cut off: whether its change was made is not known.</remarks>
    private static async Task<Ok<Page<AuditResponse>>> List(Query<AuditFilter> query, PieDbContext db, CancellationToken cancellation)
    {
        var filter = query.Value;
        var entries = db.Audit.Where(entry =>
            (filter.Actor == null || entry.Actor == filter.Actor) && (filter.Operation == null || entry.Operation == filter.Operation));
        return TypedResults.Ok(await new QueryRows<AuditEntry, AuditResponse>(entries, NewestFirst, AuditResponse.Of).PageAsync(filter, cancellation));
    }
}

public sealed record AuditFilter : PageQuery
{
    /// <summary>Name of a key; "local" where none is required, "operator" for ./pie key.</summary>
    public string? Actor { get; init; }

    /// <summary>An operation's id, as in this document.</summary>
    public string? Operation { get; init; }
}

/// <param name="KeyId">Names may be given again after a key was revoked; ids are not.</param>
/// <param name="Status">Of the answer; null: none was given (yet).</param>
/// <param name="TraceId">As in a problem and in the log.</param>
public sealed record AuditResponse(
    long Id, DateTimeOffset At, string Actor, Guid? KeyId, string Operation, string Path, int? Status, string TraceId)
{
    public static AuditResponse Of(AuditEntry entry) =>
        new(entry.Id, entry.At, entry.Actor, entry.KeyId, entry.Operation, entry.Path, entry.Status, entry.TraceId);
}
