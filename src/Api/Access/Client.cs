namespace PieService.Api.Access;

/// <summary>Whose requests are counted together.</summary>
public static class Client
{
    /// <summary>Those of a key, wherever they come from; without one, those of an address.</summary>
    public static string Of(HttpContext context) => Actor.Of(context)?.KeyId is { } key ? $"key {key}" : Address(context);

    // What a proxy says of its own clients is not trusted: anybody can say it.
    public static string Address(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "this process";
}
