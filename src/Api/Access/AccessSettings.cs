using PieService.Domain;

namespace PieService.Api.Access;

/// <param name="RequireKeys">
/// Whether requests need an API key. If not, every client is an administrator, so the service must be reachable from
/// its own machine only.
/// </param>
/// <param name="RequestsPerSecond">
/// The request rate of one key, or of one address without a key; the burst is twice as large.
/// </param>
/// <param name="AuditDays">The number of days for which audit entries are kept.</param>
public sealed record AccessSettings(bool RequireKeys, int RequestsPerSecond, int AuditDays)
{
    public static AccessSettings From(IConfiguration configuration) => new(
        Settings.Flag(name => configuration[name], "PIE_REQUIRE_KEYS") || !ListenAddresses.AreLoopback(configuration),
        Settings.Number(name => configuration[name], "PIE_REQUESTS_PER_SECOND", 200, 1, 100_000),
        Settings.Number(name => configuration[name], "PIE_AUDIT_DAYS", 365, 1, 36_500));
}
