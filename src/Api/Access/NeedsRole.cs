using Microsoft.AspNetCore.Authorization;
using PieService.Domain.Access;

namespace PieService.Api.Access;

/// <summary>
/// The least role that an endpoint answers to. One that does not say it answers readers where it only reads, and submitters
/// otherwise: a new route cannot be left open by forgetting it.
/// </summary>
public sealed record NeedsRole(Role Role)
{
    public static Role Of(HttpContext context) => Of(context.GetEndpoint()?.Metadata, context.Request.Method);

    /// <param name="endpoint">Null: there is nothing at this path, which any reader may know.</param>
    public static Role Of(IReadOnlyList<object>? endpoint, string method) =>
        endpoint?.OfType<NeedsRole>().LastOrDefault()?.Role
        ?? (endpoint is null || HttpMethods.IsGet(method) || HttpMethods.IsHead(method) ? Role.Reader : Role.Submitter);
}

/// <summary>The only authorization there is: the actor has the role that the endpoint needs.</summary>
public sealed class EnoughRole : AuthorizationHandler<EnoughRole>, IAuthorizationRequirement
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, EnoughRole requirement)
    {
        if (context.Resource is HttpContext http && Actor.Of(http) is { } actor && actor.Role >= NeedsRole.Of(http)) context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
