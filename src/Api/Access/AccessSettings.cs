using PieService.Domain;

namespace PieService.Api.Access;

/// <param name="RequireKeys">Where not, whoever reaches the service is its administrator; so only this machine must reach it.</param>
/// <param name="RequestsPerSecond">Of one key, or of one address where there is none; twice as many at once.</param>
/// <param name="AuditDays">How long the audit remembers.</param>
public sealed record AccessSettings(bool RequireKeys, int RequestsPerSecond, int AuditDays)
{
    public static AccessSettings From(IConfiguration configuration) => new(
        Settings.Flag(name => configuration[name], "PIE_REQUIRE_KEYS") || !ListenAddresses.AreLoopback(configuration),
        Settings.Number(name => configuration[name], "PIE_REQUESTS_PER_SECOND", 200, 1, 100_000),
        Settings.Number(name => configuration[name], "PIE_AUDIT_DAYS", 365, 1, 36_500));
}
