using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace PieService.TestSupport;

/// <summary>
/// Ports for servers that a test starts, and may stop and start again at the same address. They are below the ephemeral
/// ports, which the system assigns to client connections, such as those of a test. This process returns no port twice,
/// so that a late request to a stopped server does not reach another one.
/// </summary>
public static class Ports
{
    private const int First = 10_000;

    /// <summary>The first ephemeral port of Linux by default.</summary>
    private const int Usual = 32_768;

    private static readonly int Count = FirstOfClients() - First;
    private static int last = RandomNumberGenerator.GetInt32(Count);

    public static int Free()
    {
        for (var tried = 0; tried < Count; tried++)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref last) % Count);
            try
            {
                using var probe = new TcpListener(IPAddress.Any, port);
                probe.Start();
                return port;
            }
            catch (SocketException taken) when (taken.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Another process on this machine uses it.
            }
        }
        throw new InvalidOperationException("No port is free.");
    }

    private static int FirstOfClients()
    {
        const string setting = "/proc/sys/net/ipv4/ip_local_port_range";
        if (!File.Exists(setting)) return Usual;
        var first = int.Parse(File.ReadAllText(setting).Split()[0], CultureInfo.InvariantCulture);
        // If there is no room below the ephemeral ports, they are used too: no process listens on the returned port.
        return first > First + 1000 ? first : Usual;
    }
}
