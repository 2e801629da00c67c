using System.Net;

namespace PieService.Api.Access;

/// <summary>
/// The addresses on which the service will listen, as far as the configuration determines them; <see
/// cref="LoopbackGuard"/> covers the rest.
/// </summary>
public static class ListenAddresses
{
    /// <summary>
    /// Whether all addresses are reachable from this machine only. An address that may remain unused counts too.
    /// </summary>
    public static bool AreLoopback(IConfiguration configuration) =>
        Split(configuration["urls"])
            .Concat(Split(configuration["http_ports"]).Concat(Split(configuration["https_ports"]))
                .Select(port => $"http://*:{port}"))
            .Concat(configuration.GetSection("Kestrel:Endpoints").GetChildren()
                .Select(endpoint => endpoint["Url"] ?? ""))
            .All(url => IsLoopback(BindingAddress.Parse(url).Host));

    /// <param name="host">The host of a URL: a name or an address; an IPv6 address is in brackets.</param>
    public static bool IsLoopback(string host) =>
        host.TrimEnd('.').Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static string[] Split(string? list) =>
        (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
