using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authorization;
using Microsoft.EntityFrameworkCore;
using PieService.Domain.Storage;

namespace PieService.Api.Access;

/// <summary>Who may do what; docs/security.md says it in words.</summary>
public static class AccessSetup
{
    public static void AddAccess(this IServiceCollection services, AccessSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton<KeyCheck>();
        services.AddAuthentication(KeyAuthentication.SchemeName)
            .AddScheme<AuthenticationSchemeOptions, KeyAuthentication>(KeyAuthentication.SchemeName, configureOptions: null);
        var enoughRole = new AuthorizationPolicyBuilder().RequireAuthenticatedUser().AddRequirements(new EnoughRole()).Build();
        // The fallback is for all endpoints that say nothing; one that is open says AllowAnonymous.
        services.AddAuthorizationBuilder().SetDefaultPolicy(enoughRole).SetFallbackPolicy(enoughRole);
        services.AddRateLimits(settings);
        services.AddSingleton<Audit>();
        services.AddHostedService<Retention>();
    }

    /// <summary>What every request passes, the open pages included.</summary>
    public static void UseAccess(this WebApplication app)
    {
        app.UseLoopbackGuard();
        app.UseSameOriginGuard();
        app.UseAuthentication();
        app.UseRateLimiter();
    }

    /// <summary>Whether anybody could be let in; where not, <paramref name="services"/>' host is of no use.</summary>
    public static async Task<bool> HasKeyAsync(IServiceProvider services)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<PieDbContext>>().CreateDbContextAsync();
        return await db.ApiKeys.AnyAsync(key => key.RevokedAt == null);
    }
}
