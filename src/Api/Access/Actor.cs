using PieService.Domain.Access;

namespace PieService.Api.Access;

/// <summary>
/// The sender of a request: the holder of a key or, if no keys are required, any user of this machine.
/// </summary>
public sealed record Actor(string Name, Role Role, Guid? KeyId)
{
    public static Actor Local { get; } = new("local", Role.Admin, null);

    /// <summary>The name under which ./pie key, which runs on the machine itself, is recorded in the audit.</summary>
    public const string Operator = "operator";

    /// <summary>Returns the actor of a request; null if the request is not authenticated.</summary>
    public static Actor? Of(HttpContext context) => context.Features.Get<Actor>();
}
