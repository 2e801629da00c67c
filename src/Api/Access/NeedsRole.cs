using Microsoft.AspNetCore.Authorization;
using PieService.Domain.Access;

namespace PieService.Api.Access;

/// <summary>
/// The lowest role that an endpoint requires. An endpoint without this metadata requires reader if it only reads, and
/// submitter otherwise, so that a new route is never open by omission.
/// </summary>
public sealed record NeedsRole(Role Role)
{
    public static Role Of(HttpContext context) => Of(context.GetEndpoint()?.Metadata, context.Request.Method);

    /// <param name="endpoint">
    /// The metadata of the endpoint; null if there is no endpoint at this path, which every reader may know.
    /// </param>
    public static Role Of(IReadOnlyList<object>? endpoint, string method) =>
        endpoint?.OfType<NeedsRole>().LastOrDefault()?.Role
        ?? (endpoint is null || HttpMethods.IsGet(method) || HttpMethods.IsHead(method) ? Role.Reader : Role.Submitter);
}

/// <summary>The only authorization requirement: the actor has the role that the endpoint requires.</summary>
public sealed class EnoughRole : AuthorizationHandler<EnoughRole>, IAuthorizationRequirement
{
    protected override Task HandleRequirementAsync(AuthorizationHandlerContext context, EnoughRole requirement)
    {
        if (context.Resource is HttpContext http && Actor.Of(http) is { } actor && actor.Role >= NeedsRole.Of(http))
            context.Succeed(requirement);
        return Task.CompletedTask;
    }
}
