using System.Net.Mime;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using PieService.Api.Http;
using PieService.Domain;
using PieService.Domain.Access;
using PieService.Domain.Storage;

namespace PieService.Api.Idempotency;

/// <summary>
/// One attempt at a create request, with the lock on its key. A refused request leaves the key free for a corrected
/// request. If work has begun and not completed, only the same request can use the key again, and then checks whether
/// the resource exists.
/// </summary>
public sealed class IdempotentAttempt : IAsyncDisposable
{
    private const int RetryAfterSeconds = 2;

    private readonly PieDbContext? lockHolder;
    private readonly IdempotentRequest? request;
    private readonly SemaphoreSlim? place;
    private bool isKept;

    private IdempotentAttempt(
        Guid resourceId, PieDbContext? lockHolder, SemaphoreSlim? place, IdempotentRequest? request,
        KnownAnswer? answer)
    {
        (ResourceId, this.lockHolder, this.place, this.request, Answer) =
            (resourceId, lockHolder, place, request, answer);
        isKept = answer is not null;
    }

    /// <summary>The id of the new resource.</summary>
    public Guid ResourceId { get; }

    /// <summary>The response, if there is nothing left to do but to send it; otherwise null.</summary>
    public KnownAnswer? Answer { get; }

    public static IdempotentAttempt WithoutKey() => new(Guid.CreateVersion7(), null, null, null, null);

    public static IdempotentAttempt WithoutPlace() => new(Guid.Empty, null, null, null, new KnownAnswer.TooMany());

    /// <summary>Locks the key; returns null if the key does not exist (any more).</summary>
    /// <param name="place">Released when the attempt is disposed.</param>
    public static async Task<IdempotentAttempt?> LockAsync(
        IDbContextFactory<PieDbContext> contexts, string client, string key, string operation, byte[] hash,
        SemaphoreSlim place, CancellationToken cancellation)
    {
        var db = await contexts.CreateDbContextAsync(cancellation);
        try
        {
            await db.Database.BeginTransactionAsync(cancellation);
            var known = await db.IdempotentRequests
                .FromSql($"SELECT * FROM idempotent_requests WHERE client = {client} AND key = {key} FOR UPDATE NOWAIT")
                .AsNoTracking().SingleOrDefaultAsync(cancellation);
            if (known is not null)
                return new IdempotentAttempt(known.ResourceId, db, place, known, AnswerTo(known, operation, hash));
        }
        catch (Exception failure) when (failure
            .GetBaseException() is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable })
        {
            return new IdempotentAttempt(Guid.Empty, db, place, null, new KnownAnswer.AtWork());
        }
        catch
        {
            await db.DisposeAsync();
            throw;
        }
        await db.DisposeAsync();
        return null;
    }

    /// <summary>Records that the resource may exist from now on, whatever happens.</summary>
    public void WorkBegins() => isKept = true;

    /// <summary>Records that the work has ended and nothing of it was stored: the key is free.</summary>
    public void Refused() => isKept = false;

    /// <summary>Stores the response for repeated requests, even if this client has disconnected.</summary>
    public async Task CompleteAsync<T>(int status, string location, T body)
    {
        if (lockHolder is null) return;
        isKept = true;
        await lockHolder.Database.ExecuteSqlAsync($"""
            UPDATE idempotent_requests SET status = {status}, location = {location},
                body = {JsonSerializer.SerializeToUtf8Bytes(body, Json.Options)}
            WHERE client = {request!.Client} AND key = {request.Key}
            """, CancellationToken.None);
        await lockHolder.Database.CommitTransactionAsync(CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (lockHolder is null) return;
        try
        {
            await using (lockHolder)
            {
                if (isKept) return;
                await lockHolder.IdempotentRequests.Where(
                    row => row.Client == request!.Client && row.Key == request.Key)
                    .ExecuteDeleteAsync(CancellationToken.None);
                await lockHolder.Database.CommitTransactionAsync(CancellationToken.None);
            }
        }
        catch (Exception outage) when (DatabaseOutage.IsCauseOf(outage))
        {
            // The earlier failure determines the response; the key is then in the same state as after a crash.
        }
        finally
        {
            place!.Release();
        }
    }

    private static KnownAnswer? AnswerTo(IdempotentRequest known, string operation, byte[] hash) =>
        known.Operation != operation || !known.RequestHash.AsSpan().SequenceEqual(hash) ? new KnownAnswer.OfAnother()
        : known.Status is not null ? new KnownAnswer.Again(known)
        : null;

    /// <summary>The response to a request whose key exists.</summary>
    public abstract record KnownAnswer : IResult
    {
        public abstract Task ExecuteAsync(HttpContext httpContext);

        public sealed record Again(IdempotentRequest Request) : KnownAnswer
        {
            public override Task ExecuteAsync(HttpContext httpContext)
            {
                var response = httpContext.Response;
                response.Headers.Location = Request.Location;
                response.Headers["Idempotency-Replayed"] = "true";
                if (Request.Status == StatusCodes.Status202Accepted) response.SetRetryAfter(EntityTags.PollSeconds);
                response.StatusCode = Request.Status!.Value;
                response.ContentType = $"{MediaTypeNames.Application.Json}; charset=utf-8";
                return response.Body.WriteAsync(Request.Body, httpContext.RequestAborted).AsTask();
            }
        }

        public sealed record OfAnother : KnownAnswer
        {
            public override Task ExecuteAsync(HttpContext httpContext) => Problems.Conflict(
                $"This {IdempotencyKey.Header} was used for another request. Use a new key for each request, and "
                + "repeat a key only with an identical request.").ExecuteAsync(httpContext);
        }

        public sealed record TooMany : KnownAnswer
        {
            public override Task ExecuteAsync(HttpContext httpContext)
            {
                httpContext.Response.SetRetryAfter(RetryAfterSeconds);
                return TypedResults.Problem(
                    $"Too many requests with the header {IdempotencyKey.Header} are being processed. Send the request "
                    + "again after Retry-After seconds.",
                    statusCode: StatusCodes.Status503ServiceUnavailable).ExecuteAsync(httpContext);
            }
        }

        public sealed record AtWork : KnownAnswer
        {
            public override Task ExecuteAsync(HttpContext httpContext)
            {
                httpContext.Response.SetRetryAfter(RetryAfterSeconds);
                return Problems.Conflict(
                    $"The first request with this {IdempotencyKey.Header} is still being processed. Try again after "
                    + "Retry-After seconds.").ExecuteAsync(httpContext);
            }
        }
    }
}
