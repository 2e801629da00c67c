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
/// One try at a create, with the lock on its key. A request that is refused leaves the key free for one that is mended; work
/// that was begun and not completed leaves it to the very same request, which then looks what has come of it.
/// </summary>
public sealed class IdempotentAttempt : IAsyncDisposable
{
    private const int RetryAfterSeconds = 2;

    private readonly PieDbContext? lockHolder;
    private readonly IdempotentRequest? request;
    private readonly SemaphoreSlim? place;
    private bool isKept;

    private IdempotentAttempt(Guid resourceId, PieDbContext? lockHolder, SemaphoreSlim? place, IdempotentRequest? request, KnownAnswer? answer)
    {
        (ResourceId, this.lockHolder, this.place, this.request, Answer) = (resourceId, lockHolder, place, request, answer);
        isKept = answer is not null;
    }

    /// <summary>The id that what is created must have.</summary>
    public Guid ResourceId { get; }

    /// <summary>Not null: there is nothing to do any more but to answer this.</summary>
    public KnownAnswer? Answer { get; }

    public static IdempotentAttempt WithoutKey() => new(Guid.CreateVersion7(), null, null, null, null);

    /// <summary>Null: the key is not known (any more).</summary>
    /// <param name="place">Given back when the attempt is disposed.</param>
    public static async Task<IdempotentAttempt?> LockAsync(
        IDbContextFactory<PieDbContext> contexts, string client, string key, string operation, byte[] hash, SemaphoreSlim place, CancellationToken cancellation)
    {
        var db = await contexts.CreateDbContextAsync(cancellation);
        try
        {
            await db.Database.BeginTransactionAsync(cancellation);
            var known = await db.IdempotentRequests
                .FromSql($"SELECT * FROM idempotent_requests WHERE client = {client} AND key = {key} FOR UPDATE NOWAIT")
                .AsNoTracking().SingleOrDefaultAsync(cancellation);
            if (known is not null) return new IdempotentAttempt(known.ResourceId, db, place, known, AnswerTo(known, operation, hash));
        }
        catch (Exception failure) when (failure.GetBaseException() is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable })
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

    /// <summary>From now on something may have been created, whatever happens.</summary>
    public void WorkBegins() => isKept = true;

    /// <summary>Keeps the answer for whoever asks again, also where this client has not waited for it.</summary>
    public async Task CompleteAsync<T>(int status, string location, T body)
    {
        if (lockHolder is null) return;
        isKept = true;
        await lockHolder.Database.ExecuteSqlAsync($"""
            UPDATE idempotent_requests SET status = {status}, location = {location}, body = {JsonSerializer.SerializeToUtf8Bytes(body, Json.Options)}
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
                await lockHolder.IdempotentRequests.Where(row => row.Client == request!.Client && row.Key == request.Key).ExecuteDeleteAsync(CancellationToken.None);
                await lockHolder.Database.CommitTransactionAsync(CancellationToken.None);
            }
        }
        catch (Exception outage) when (DatabaseOutage.IsCauseOf(outage))
        {
            // What went wrong before is the thing to answer; the key is then as after a crash.
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

    /// <summary>What a request with a known key is answered.</summary>
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
                if (Request.Status == StatusCodes.Status202Accepted) response.AskAgainIn(EntityTags.PollSeconds);
                response.StatusCode = Request.Status!.Value;
                response.ContentType = $"{MediaTypeNames.Application.Json}; charset=utf-8";
                return response.Body.WriteAsync(Request.Body, httpContext.RequestAborted).AsTask();
            }
        }

        public sealed record OfAnother : KnownAnswer
        {
            public override Task ExecuteAsync(HttpContext httpContext) => Problems.Conflict(
                $"This {IdempotencyKey.Header} was used for another request. Choose a new one for each request; repeat it only with the very same one.").ExecuteAsync(httpContext);
        }

        public sealed record AtWork : KnownAnswer
        {
            public override Task ExecuteAsync(HttpContext httpContext)
            {
                httpContext.Response.AskAgainIn(RetryAfterSeconds);
                return Problems.Conflict($"The first request with this {IdempotencyKey.Header} is still being worked on; ask again shortly.").ExecuteAsync(httpContext);
            }
        }
    }
}
