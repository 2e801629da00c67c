using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Access;
using PieService.Api.Http;
using PieService.Domain.Storage;

namespace PieService.Api.Idempotency;

/// <summary>
/// Create requests that a client may repeat (Idempotency-Key). The id of the new resource is chosen and stored before
/// the work begins, and the work is done under a lock on that row. A concurrent second request is told to wait, and a
/// request after a crash finds out whether the first one had completed.
/// </summary>
public sealed class IdempotencyKey(IDbContextFactory<PieDbContext> contexts) : IDisposable
{
    public const string Header = "Idempotency-Key";

    private const int MaxLength = 255;

    /// <summary>
    /// Limits concurrent attempts: each holds a connection for its lock, while its work needs other connections of the
    /// same pool.
    /// </summary>
    private const int AtOnce = 16;

    /// <summary>How long a request waits for others that have a key.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim places = new(AtOnce);

    public static readonly RequestHeader Documented = new(
        Header,
        "A text of 1 to 255 characters that is unique for each request. If the same request is sent again with "
        + "it within 24 hours, the response is the same and nothing is created twice.");

    /// <summary>
    /// Gives the request of a form the header that a form cannot have. A form that was changed and sent again, after a
    /// step back in the browser, is another request.
    /// </summary>
    /// <param name="key">The identity of the form, made with its page; null or too long for none.</param>
    /// <param name="content">What the form asks for.</param>
    public static void SetOfForm(HttpRequest request, string? key, ReadOnlySpan<byte> content)
    {
        if (key is { Length: > 0 and <= 64 })
            request.Headers[Header] = $"{key}-{Convert.ToHexStringLower(SHA256.HashData(content))[..16]}";
    }

    /// <param name="operation">The operation id: a key is valid for one operation.</param>
    /// <param name="request">The complete content of the request.</param>
    /// <exception cref="InvalidRequestException">The header is not valid.</exception>
    public async Task<IdempotentAttempt> BeginAsync(
        HttpContext context, string operation, ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        if (context.Request.Headers[Header] is not { Count: > 0 } given) return IdempotentAttempt.WithoutKey();
        if (given is not [{ Length: > 0 and <= MaxLength } key] || !key.All(c => c is >= ' ' and <= '~'))
            throw new InvalidRequestException(
                [new(Header, $"must be given once, with 1 to {MaxLength} printable ASCII characters")]);

        var (client, hash) = (Actor.Of(context)?.KeyId?.ToString() ?? Actor.Local.Name, SHA256.HashData(request.Span));
        if (!await places.WaitAsync(Patience, cancellation)) return IdempotentAttempt.WithoutPlace();
        try
        {
            while (true)
            {
                await RememberAsync(client, key, operation, hash, cancellation);
                if (await IdempotentAttempt.LockAsync(
                    contexts, client, key, operation, hash, places, cancellation) is { } attempt) return attempt;
                // The request that held the key was just refused, so the key is free again.
            }
        }
        catch
        {
            places.Release();
            throw;
        }
    }

    public void Dispose() => places.Dispose();

    private async Task RememberAsync(
        string client, string key, string operation, byte[] hash, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        // This key has expired. Other expired keys are deleted by Retention, so that a request never waits here for a
        // locked row.
        await db.Database.ExecuteSqlAsync($"""
            DELETE FROM idempotent_requests WHERE ctid IN (
                SELECT ctid FROM idempotent_requests
                WHERE client = {client} AND key = {key} AND created_at < now() - interval '24 hours'
                    FOR UPDATE SKIP LOCKED)
            """, cancellation);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO idempotent_requests (client, key, operation, request_hash, resource_id)
            VALUES ({client}, {key}, {operation}, {hash}, {Guid.CreateVersion7()}) ON CONFLICT DO NOTHING
            """, cancellation);
    }
}
