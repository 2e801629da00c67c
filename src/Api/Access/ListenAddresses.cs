using System.Net;

namespace PieService.Api.Access;

/// <summary>Where the service will listen, as far as the configuration decides it; <see cref="LoopbackGuard"/> sees to the rest.</summary>
public static class ListenAddresses
{
    /// <summary>Whether nothing but this machine can reach any of them. One that may stay unused counts too.</summary>
    public static bool AreLoopback(IConfiguration configuration) =>
        Split(configuration["urls"])
            .Concat(Split(configuration["http_ports"]).Concat(Split(configuration["https_ports"])).Select(port => $"http://*:{port}"))
            .Concat(configuration.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"] ?? ""))
            .All(url => IsLoopback(BindingAddress.Parse(url).Host));

    /// <param name="host">As in a URL: a name, or an address, that of IPv6 in brackets.</param>
    public static bool IsLoopback(string host) =>
        host.TrimEnd('.').Equals("localhost", StringComparison.OrdinalIgnoreCase) || (IPAddress.TryParse(host, out var address) && IPAddress.IsLoopback(address));

    private static string[] Split(string? list) =>
        (list ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
