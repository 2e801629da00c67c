using System.Net;
using System.Net.Sockets;

namespace PieService.Domain.Webhooks;

/// <summary>
/// Distinguishes addresses of the internet from those of this machine and of private networks (IANA's special-purpose
/// registries).
/// </summary>
public static class PublicAddress
{
    private static readonly IPNetwork[] NotPublic4 =
    [
        .. from network in (string[])
           [
               "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
               "192.0.0.0/24", "192.0.2.0/24",
               "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4",
               "240.0.0.0/4",
           ]
           select IPNetwork.Parse(network),
    ];

    /// <summary>
    /// The addresses that are assigned to hosts; loopback, link-local, unique local, multicast, mapped and other
    /// addresses are outside of it.
    /// </summary>
    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    /// <summary>Protocol assignments with Teredo, 6to4 (both contain an IPv4 address), documentation.</summary>
    private static readonly IPNetwork[] NotPublic6 =
        [IPNetwork.Parse("2001::/23"), IPNetwork.Parse("2001:db8::/32"), IPNetwork.Parse("2002::/16"),
            IPNetwork.Parse("3fff::/20")];

    /// <summary>A gateway translates these addresses to the IPv4 address in their last four bytes.</summary>
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    public static bool IsPublic(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return !NotPublic4.Any(network => network.Contains(address));
        if (Nat64.Contains(address)) return IsPublic(new IPAddress(address.GetAddressBytes().AsSpan(12)));
        return GlobalUnicast.Contains(address) && !NotPublic6.Any(network => network.Contains(address));
    }
}
