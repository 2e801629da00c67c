using PieService.Domain.Access;

namespace PieService.Api.Access;

/// <summary>Who asks: the holder of a key, or, where no keys are required, whoever is on this machine.</summary>
public sealed record Actor(string Name, Role Role, Guid? KeyId)
{
    public static Actor Local { get; } = new("local", Role.Admin, null);

    /// <summary>On the machine itself, by ./pie key.</summary>
    public const string Operator = "operator";

    /// <summary>Null: nobody that we know.</summary>
    public static Actor? Of(HttpContext context) => context.Features.Get<Actor>();
}
