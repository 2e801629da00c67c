using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Domain.Access;
using PieService.Domain.Storage;

namespace PieService.Api.Access;

/// <summary>
/// Writes who asks for a change before it happens, and what became of it after; a change that cannot be written down does not
/// happen. Paths only: queries and bodies may hold what is nobody else's business.
/// </summary>
public sealed class Audit(IDbContextFactory<PieDbContext> contexts, ILogger<Audit> logger) : IMiddleware
{
    private const int RetryAfterSeconds = 5, MaxPath = 500;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        if (Actor.Of(context) is not { } actor || !IsChange(context))
        {
            await next(context);
            return;
        }
        if (await TryWriteAsync(context, actor) is not { } entry)
        {
            context.Response.AskAgainIn(RetryAfterSeconds);
            await TypedResults.Problem(
                "The change could not be written to the audit, so it was not made. Try again shortly.",
                statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(context);
            return;
        }
        await next(context);
        await WriteStatusAsync(entry, context.Response.StatusCode);
    }

    private static bool IsChange(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/api")
        && context.GetEndpoint() is { } endpoint
        && !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method)
        && endpoint.Metadata.GetMetadata<ChangesNothing>() is null
        && !(MayOnlyValidate(endpoint) && bool.TryParse(context.Request.Query["validateOnly"], out var only) && only);

    /// <summary>Only where the operation knows the parameter: elsewhere it would hide a change.</summary>
    private static bool MayOnlyValidate(Endpoint endpoint) =>
        endpoint.Metadata.OfType<QueryMetadata>().Any(query => query.Type.GetProperty("ValidateOnly") is not null);

    private async Task<AuditEntry?> TryWriteAsync(HttpContext context, Actor actor)
    {
        // Escaped, it has no character that a text of the database could not hold.
        var path = context.Request.Path.ToUriComponent();
        var entry = new AuditEntry
        {
            Actor = actor.Name,
            KeyId = actor.KeyId,
            Operation = context.GetEndpoint()!.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? context.Request.Method,
            Path = path.Length > MaxPath ? path[..MaxPath] : path,
            TraceId = Activity.Current?.Id ?? context.TraceIdentifier,
        };
        try
        {
            await using var db = await contexts.CreateDbContextAsync(context.RequestAborted);
            db.Audit.Add(entry);
            await db.SaveChangesAsync(context.RequestAborted);
            return entry;
        }
        catch (Exception failure) when (!context.RequestAborted.IsCancellationRequested)
        {
            AccessLog.AuditFailed(logger, failure);
            return null;
        }
    }

    /// <summary>Whether or not anybody still waits for the answer. An entry that stays without one says that it is not known.</summary>
    private async Task WriteStatusAsync(AuditEntry entry, int status)
    {
        try
        {
            await using var db = await contexts.CreateDbContextAsync();
            await db.Audit.Where(row => row.Id == entry.Id).ExecuteUpdateAsync(row => row.SetProperty(e => e.Status, status));
        }
        catch (Exception failure)
        {
            // The change was made, and its client must hear so.
            AccessLog.AuditFailed(logger, failure);
        }
    }
}
