using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Access;
using PieService.Api.Http;
using PieService.Domain.Storage;

namespace PieService.Api.Idempotency;

/// <summary>
/// Creates that a client may send again (Idempotency-Key). The id of what is created is chosen and stored before the work
/// begins, and the work is done under a lock on that row: a second request at the same moment is told to wait, and one after a
/// crash finds out whether the first had got there.
/// </summary>
public sealed class IdempotencyKey(IDbContextFactory<PieDbContext> contexts) : IDisposable
{
    public const string Header = "Idempotency-Key";

    private const int MaxLength = 255;

    /// <summary>Each holds a connection with its lock, while its work needs others of the same pool.</summary>
    private const int AtOnce = 16;

    private readonly SemaphoreSlim places = new(AtOnce);

    public static readonly RequestHeader Documented = new(
        Header, "Any text of 1 to 255 characters, new for each request: sent again within 24 hours with the same request, it is answered the same, and nothing is created twice.");

    /// <param name="operation">The operation's id: one key is not for two operations.</param>
    /// <param name="request">Everything that the client asks for.</param>
    /// <exception cref="InvalidRequestException">The header cannot be read.</exception>
    public async Task<IdempotentAttempt> BeginAsync(HttpContext context, string operation, ReadOnlyMemory<byte> request, CancellationToken cancellation)
    {
        if (context.Request.Headers[Header] is not { Count: > 0 } given) return IdempotentAttempt.WithoutKey();
        if (given is not [{ Length: > 0 and <= MaxLength } key] || !key.All(c => c is >= ' ' and <= '~'))
            throw new InvalidRequestException([new(Header, $"must be given once, with 1 to {MaxLength} printable ASCII characters")]);

        var (client, hash) = (Actor.Of(context)?.KeyId?.ToString() ?? Actor.Local.Name, SHA256.HashData(request.Span));
        await places.WaitAsync(cancellation);
        try
        {
            while (true)
            {
                await RememberAsync(client, key, operation, hash, cancellation);
                if (await IdempotentAttempt.LockAsync(contexts, client, key, operation, hash, places, cancellation) is { } attempt) return attempt;
                // The request that had it was refused just now.
            }
        }
        catch
        {
            places.Release();
            throw;
        }
    }

    public void Dispose() => places.Dispose();

    private async Task RememberAsync(string client, string key, string operation, byte[] hash, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        // Too old to be repeated; the others' are forgotten by Retention, so that nobody waits here for a row that is locked.
        await db.Database.ExecuteSqlAsync($"""
            DELETE FROM idempotent_requests WHERE ctid IN (
                SELECT ctid FROM idempotent_requests
                WHERE client = {client} AND key = {key} AND created_at < now() - interval '24 hours' FOR UPDATE SKIP LOCKED)
            """, cancellation);
        await db.Database.ExecuteSqlAsync($"""
            INSERT INTO idempotent_requests (client, key, operation, request_hash, resource_id)
            VALUES ({client}, {key}, {operation}, {hash}, {Guid.CreateVersion7()}) ON CONFLICT DO NOTHING
            """, cancellation);
    }
}
