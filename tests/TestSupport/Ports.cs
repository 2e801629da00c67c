using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace PieService.TestSupport;

/// <summary>
/// Ports for servers that a test starts, and perhaps stops and starts again at the same address. They lie below those
/// that the system gives to clients, such as a test's own connections, and this process gives none of them twice: what
/// still asks for a server that is gone does not reach the next one.
/// </summary>
public static class Ports
{
    private const int First = 10_000;

    /// <summary>Linux's own first port of clients.</summary>
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
                // By somebody else on this machine.
            }
        }
        throw new InvalidOperationException("No port is free.");
    }

    private static int FirstOfClients()
    {
        const string setting = "/proc/sys/net/ipv4/ip_local_port_range";
        if (!File.Exists(setting)) return Usual;
        var first = int.Parse(File.ReadAllText(setting).Split()[0], CultureInfo.InvariantCulture);
        // Where there is no room below them, the ports are at least such as nobody listens on.
        return first > First + 1000 ? first : Usual;
    }
}
