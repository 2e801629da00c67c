using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Domain.Access;
using PieService.Domain.Storage;

namespace PieService.Api.Access;

/// <summary>
/// Records who requests a change before the change is made, and the status of the response afterwards. A change that
/// cannot be recorded is not made. Only paths are recorded, because queries and bodies may contain confidential data.
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
            context.Response.SetRetryAfter(RetryAfterSeconds);
            await TypedResults.Problem(
                "The audit entry of the change could not be written, so the change was not made. Try again after "
                + "Retry-After seconds.",
                statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(context);
            return;
        }
        await next(context);
        await WriteStatusAsync(entry, context.Response.StatusCode);
    }

    private static bool IsChange(HttpContext context) =>
        (context.Request.Path.StartsWithSegments("/api") || Browsing.IsForPage(context.Request))
        && context.GetEndpoint() is { } endpoint
        && !HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method)
        && endpoint.Metadata.GetMetadata<ChangesNothing>() is null
        && !(MayOnlyValidate(endpoint) && bool.TryParse(context.Request.Query["validateOnly"], out var only) && only);

    /// <summary>
    /// Whether the operation has the parameter validateOnly; on any other operation it would hide a change from the
    /// audit.
    /// </summary>
    private static bool MayOnlyValidate(Endpoint endpoint) =>
        endpoint.Metadata.OfType<QueryMetadata>().Any(query => query.Type.GetProperty("ValidateOnly") is not null);

    private async Task<AuditEntry?> TryWriteAsync(HttpContext context, Actor actor)
    {
        // The escaped path contains no character that PostgreSQL cannot store in text.
        var path = context.Request.Path.ToUriComponent();
        var entry = new AuditEntry
        {
            Actor = actor.Name,
            KeyId = actor.KeyId,
            Operation = context.GetEndpoint()!.Metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName
                ?? context.Request.Method,
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

    /// <summary>
    /// Writes the status, even if the client has disconnected. An entry that remains without a status means that the
    /// outcome is unknown.
    /// </summary>
    private async Task WriteStatusAsync(AuditEntry entry, int status)
    {
        try
        {
            await using var db = await contexts.CreateDbContextAsync();
            await db.Audit.Where(row => row.Id == entry.Id)
                .ExecuteUpdateAsync(row => row.SetProperty(e => e.Status, status));
        }
        catch (Exception failure)
        {
            // The change was made, so the client must receive the response.
            AccessLog.AuditFailed(logger, failure);
        }
    }
}
