namespace PieService.Api.Access;

/// <summary>The rate-limit partition of a request.</summary>
public static class Client
{
    /// <summary>Returns the key, whatever the address is; the address if there is no key.</summary>
    public static string Of(HttpContext context) =>
        Actor.Of(context)?.KeyId is { } key ? $"key {key}" : Address(context);

    // What a proxy states about its clients is not trusted, because any client can send the same header.
    public static string Address(HttpContext context) =>
        context.Connection.RemoteIpAddress?.ToString() ?? "this process";
}
