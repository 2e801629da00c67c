using System.Security.Cryptography;
using System.Threading.RateLimiting;
using Microsoft.EntityFrameworkCore;
using PieService.Domain.Access;
using PieService.Domain.Storage;

namespace PieService.Api.Access;

/// <summary>
/// Whether a key is one of ours; its row is read each time, so a revoked one is void at once. While an address has used up its
/// share of wrong keys, none of its keys is looked at, right ones included: one that still passed would tell a guesser apart
/// what he guessed.
/// </summary>
public sealed class KeyCheck(IDbContextFactory<PieDbContext> contexts) : IDisposable
{
    private const int WrongPerSecond = 10;

    /// <summary>A flood of keys leaves connections to those who have one, and is counted before much of it has passed.</summary>
    private const int AtOnce = 8;

    /// <summary>No SHA-256 that anybody knows a secret for: what an unknown key is compared with, so that it costs the same.</summary>
    private static readonly byte[] Nobody = new byte[SHA256.HashSizeInBytes];

    private readonly SemaphoreSlim places = new(AtOnce);
    private readonly PartitionedRateLimiter<string> wrong = PartitionedRateLimiter.Create<string, string>(
        address => RateLimitPartition.GetTokenBucketLimiter(address, _ => RateLimits.Bucket(WrongPerSecond)));

    /// <param name="text">Null: what was sent is no key at all, which counts as a wrong one.</param>
    /// <returns>Neither: it is not one of ours. Wait: it was not looked at, and will not be for so long.</returns>
    public async Task<(ApiKey? Key, TimeSpan? Wait)> FindAsync(KeyText? text, string address, CancellationToken cancellation)
    {
        await places.WaitAsync(cancellation);
        try
        {
            // First of all: behind a proxy, who guesses has the address of those who need not.
            if (text is not null && await FindAsync(text, cancellation) is { } key) return (key, null);
            // To acquire none would succeed while any fraction of one is left.
            if (wrong.GetStatistics(address) is { CurrentAvailablePermits: 0 }) return (null, TimeSpan.FromSeconds(1));
            wrong.AttemptAcquire(address).Dispose();
            return (null, null);
        }
        finally
        {
            places.Release();
        }
    }

    public void Dispose()
    {
        wrong.Dispose();
        places.Dispose();
    }

    private async Task<ApiKey?> FindAsync(KeyText text, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var key = await db.ApiKeys.AsNoTracking().SingleOrDefaultAsync(known => known.Prefix == text.Prefix, cancellation);
        var isRight = CryptographicOperations.FixedTimeEquals(text.SecretHash, key?.SecretHash ?? Nobody);
        return isRight && key is { RevokedAt: null } ? key : null;
    }
}
