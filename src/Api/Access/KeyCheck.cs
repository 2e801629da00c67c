using System.Security.Cryptography;
using System.Threading.RateLimiting;
using Microsoft.EntityFrameworkCore;
using PieService.Domain.Access;
using PieService.Domain.Storage;

namespace PieService.Api.Access;

/// <summary>
/// Checks whether a key is valid. Its row is read for each request, so that a revocation takes effect at once. While an
/// address has no permits for wrong keys left, the check refuses all of its invalid keys without a further count; a
/// valid key is always accepted.
/// </summary>
public sealed class KeyCheck(IDbContextFactory<PieDbContext> contexts) : IDisposable
{
    private const int WrongPerSecond = 10;

    /// <summary>
    /// Limits concurrent checks, so that a flood of keys leaves database connections to other requests and is counted
    /// before much of it has passed.
    /// </summary>
    private const int AtOnce = 8;

    /// <summary>
    /// A hash for which no secret is known. An unknown key is compared with it, so that its check takes as long as that
    /// of a known one.
    /// </summary>
    private static readonly byte[] Nobody = new byte[SHA256.HashSizeInBytes];

    private readonly SemaphoreSlim places = new(AtOnce);

    // The limiter has a timer that fires ten times a second, so it is made only for the first wrong key.
    private readonly Lazy<PartitionedRateLimiter<string>> wrong = new(() =>
        PartitionedRateLimiter.Create<string, string>(
            address => RateLimitPartition.GetTokenBucketLimiter(address, _ => RateLimits.Bucket(WrongPerSecond))));

    /// <param name="text">The key; null if the header does not contain a key, which counts as a wrong key.</param>
    /// <returns>
    /// The key if it is valid; the time to wait if the address has sent too many wrong keys; neither if the key is
    /// wrong.
    /// </returns>
    public async Task<(ApiKey? Key, TimeSpan? Wait)> FindAsync(
        KeyText? text, string address, CancellationToken cancellation)
    {
        await places.WaitAsync(cancellation);
        try
        {
            // The key is checked first: behind a proxy, an attacker and the holders of valid keys have the same
            // address.
            if (text is not null && await FindAsync(text, cancellation) is { } key) return (key, null);
            // AcquireAttempt(0) would succeed while any fraction of a permit is left.
            if (wrong.Value.GetStatistics(address) is { CurrentAvailablePermits: 0 })
                return (null, TimeSpan.FromSeconds(1));
            wrong.Value.AttemptAcquire(address).Dispose();
            return (null, null);
        }
        finally
        {
            places.Release();
        }
    }

    public void Dispose()
    {
        if (wrong.IsValueCreated) wrong.Value.Dispose();
        places.Dispose();
    }

    private async Task<ApiKey?> FindAsync(KeyText text, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        var key = await db.ApiKeys.AsNoTracking()
            .SingleOrDefaultAsync(known => known.Prefix == text.Prefix, cancellation);
        var isRight = CryptographicOperations.FixedTimeEquals(text.SecretHash, key?.SecretHash ?? Nobody);
        return isRight && key is { RevokedAt: null } ? key : null;
    }
}
