namespace PieService.Domain.Storage;

/// <summary>How long a worker may be silent, and how often a run may fail.</summary>
/// <param name="Lease">After this time without an extension a run is given to another worker.</param>
/// <param name="Beat">How often a worker extends its leases.</param>
/// <param name="MaxAttempts">The number of attempts after which a run that always fails is marked as failed.</param>
/// <param name="MaxInterruptions">The number of lost leases after which a run is marked as failed: the run itself may
/// be what kills its workers.</param>
/// <param name="Backoff">The wait before the second attempt; it doubles for each further one.</param>
public sealed record LeaseSettings(
    TimeSpan Lease, TimeSpan Beat, int MaxAttempts, int MaxInterruptions, TimeSpan Backoff)
{
    /// <summary>The view live_workers omits a worker 30 s after its last heartbeat.</summary>
    private static readonly TimeSpan LongestBeat = TimeSpan.FromSeconds(10);

    /// <param name="setting">
    /// Looks up PIE_LEASE_SECONDS, PIE_MAX_ATTEMPTS, PIE_MAX_INTERRUPTIONS, PIE_BACKOFF_SECONDS.
    /// </param>
    /// <exception cref="FormatException">A setting is not a positive whole number.</exception>
    public static LeaseSettings From(Func<string, string?> setting)
    {
        var lease = TimeSpan.FromSeconds(Number("PIE_LEASE_SECONDS", 90));
        return new LeaseSettings(
            lease, lease / 6 < LongestBeat ? lease / 6 : LongestBeat, Number("PIE_MAX_ATTEMPTS", 3),
            Number("PIE_MAX_INTERRUPTIONS", 20),
            TimeSpan.FromSeconds(Number("PIE_BACKOFF_SECONDS", 5)));

        int Number(string name, int byDefault) => Settings.Number(setting, name, byDefault, 1, 1_000_000);
    }
}
