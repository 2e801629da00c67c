using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.EntityFrameworkCore;
using PieService.Domain.Storage;

namespace PieService.Api.Access;

/// <summary>Authentication and authorization; docs/security.md describes them.</summary>
public static class AccessSetup
{
    public static void AddAccess(this IServiceCollection services, AccessSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton<KeyCheck>();
        services.AddAuthentication(KeyAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(
                KeyAuthentication.SchemeName, configureOptions: null);
        var enoughRole = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().AddRequirements(new EnoughRole())
            .Build();
        // The fallback applies to all endpoints without authorization metadata; an open endpoint has AllowAnonymous.
        services.AddAuthorizationBuilder().SetDefaultPolicy(enoughRole).SetFallbackPolicy(enoughRole);
        services.AddRateLimits(settings);
        services.AddSingleton<Audit>();
        services.AddHostedService<Retention>();
    }

    /// <summary>Adds the middleware that every request passes, including those for open pages.</summary>
    public static void UseAccess(this WebApplication app)
    {
        app.UseLoopbackGuard();
        app.UseSameOriginGuard();
        app.UseAuthentication();
        app.UseRateLimiter();
    }

    /// <summary>
    /// Whether there is a key that is not revoked; without one, the host of <paramref name="services"/> would refuse
    /// every request.
    /// </summary>
    public static async Task<bool> HasKeyAsync(IServiceProvider services)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<PieDbContext>>()
            .CreateDbContextAsync();
        return await db.ApiKeys.AnyAsync(key => key.RevokedAt == null);
    }
}
