namespace PieService.Domain.Storage;

/// <summary>How long a worker may be silent, and how often a run may go wrong.</summary>
/// <param name="Lease">A run whose worker was silent for so long is given to another.</param>
/// <param name="Beat">How often a worker extends its leases.</param>
/// <param name="MaxAttempts">Starts after which a run that always breaks is failed.</param>
/// <param name="MaxInterruptions">Lost leases after which it is failed: it may be what kills its workers.</param>
/// <param name="Backoff">Wait before the second attempt; doubled for each further one.</param>
public sealed record LeaseSettings(TimeSpan Lease, TimeSpan Beat, int MaxAttempts, int MaxInterruptions, TimeSpan Backoff)
{
    /// <summary>The view live_workers forgets a worker 30 s after its last beat.</summary>
    private static readonly TimeSpan LongestBeat = TimeSpan.FromSeconds(10);

    /// <param name="setting">Looks up PIE_LEASE_SECONDS, PIE_MAX_ATTEMPTS, PIE_MAX_INTERRUPTIONS, PIE_BACKOFF_SECONDS.</param>
    /// <exception cref="FormatException">A setting is not a positive whole number.</exception>
    public static LeaseSettings From(Func<string, string?> setting)
    {
        var lease = TimeSpan.FromSeconds(Number("PIE_LEASE_SECONDS", 90));
        return new LeaseSettings(
            lease, lease / 6 < LongestBeat ? lease / 6 : LongestBeat, Number("PIE_MAX_ATTEMPTS", 3), Number("PIE_MAX_INTERRUPTIONS", 20),
            TimeSpan.FromSeconds(Number("PIE_BACKOFF_SECONDS", 5)));

        int Number(string name, int byDefault) => Settings.Number(setting, name, byDefault, 1, 1_000_000);
    }
}
