using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace PieService.Requests;

/// <summary>
/// HTTP/1.1 over a plain socket: sends exactly the given bytes, which a client library would not allow.
/// </summary>
public static class RawHttp
{
    /// <summary>The largest response that is read, since a stream may never end.</summary>
    private const int MostBytes = 32 * 1024 * 1024;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2), StreamTime = TimeSpan.FromSeconds(1);

    /// <returns>Null if the server closed the connection without a response, or if the client hangs up.</returns>
    /// <exception cref="TimeoutException">There was no response in time.</exception>
    public static async Task<Answer?> SendAsync(Uri server, byte[] request, bool hangsUp)
    {
        using var client = new TcpClient { NoDelay = true };
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await client.ConnectAsync(server.Host, server.Port, limit.Token);
            var stream = client.GetStream();
            var sending = SendAsync(stream, request, limit.Token);
            if (hangsUp)
            {
                await sending;
                return null;
            }
            var answer = await ReadAsync(stream, limit);
            await sending;
            return answer;
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new TimeoutException($"There is no response after {Patience.TotalSeconds} s.");
        }
    }

    private static async Task SendAsync(NetworkStream stream, byte[] request, CancellationToken cancellation)
    {
        try
        {
            await stream.WriteAsync(request, cancellation);
        }
        catch (IOException)
        {
            // The server responded and closed the connection before it had read the whole request.
        }
    }

    private static async Task<Answer?> ReadAsync(NetworkStream stream, CancellationTokenSource limit)
    {
        var (received, block) = (new MemoryStream(), new byte[64 * 1024]);
        var isStream = false;
        try
        {
            for (int read; received.Length < MostBytes && (read = await stream.ReadAsync(block, limit.Token)) > 0;)
            {
                received.Write(block, 0, read);
                if (isStream
                    || !Encoding.Latin1.GetString(received.GetBuffer(), 0, (int)Math.Min(received.Length, 2048))
                        .Contains("text/event-stream", StringComparison.Ordinal)) continue;
                isStream = true;
                limit.CancelAfter(StreamTime);
            }
        }
        catch (OperationCanceledException) when (isStream)
        {
            // The stream has been read for long enough.
        }
        catch (IOException) when (received.Length > 0)
        {
            // The server reset the connection after its response, since it had not read the whole request.
        }
        catch (IOException)
        {
            return null;
        }
        return Answer.Parse(received.ToArray());
    }
}

/// <summary>The response to one request.</summary>
/// <param name="IsWhole">Whether it was received completely; false for a stream that did not end.</param>
public sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body, bool IsWhole)
{
    public string? MediaType => Headers.TryGetValue("Content-Type", out var type) ? type.Split(';')[0].Trim() : null;

    public string Text => Encoding.UTF8.GetString(Body);

    public static Answer? Parse(byte[] received)
    {
        while (true)
        {
            var end = received.AsSpan().IndexOf("\r\n\r\n"u8);
            if (end < 0) return null;
            var lines = Encoding.Latin1.GetString(received, 0, end).Split("\r\n");
            var status = int.Parse(lines[0].AsSpan(9, 3), CultureInfo.InvariantCulture);
            var rest = received[(end + 4)..];
            if (status == 100)
            {
                received = rest;
                continue;
            }
            var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
            foreach (var line in lines.Skip(1))
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                headers[line[..colon]] = line[(colon + 1)..].Trim();
            }
            if (headers.GetValueOrDefault("Transfer-Encoding") == "chunked")
            {
                var body = Unchunked(rest, out var isWhole);
                return new Answer(status, headers, body, isWhole);
            }
            // The response to HEAD has the Content-Length of the omitted body.
            return new Answer(
                status, headers, rest,
                rest.Length == 0 || $"{rest.Length}" == headers.GetValueOrDefault("Content-Length", $"{rest.Length}"));
        }
    }

    private static byte[] Unchunked(byte[] chunked, out bool isWhole)
    {
        var (body, at) = (new MemoryStream(), 0);
        isWhole = false;
        while (chunked.AsSpan(at).IndexOf("\r\n"u8) is >= 0 and var line)
        {
            var length = int.Parse(
                Encoding.ASCII.GetString(chunked, at, line), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            at += line + 2;
            isWhole = length == 0;
            if (isWhole || at + length + 2 > chunked.Length) break;
            body.Write(chunked, at, length);
            at += length + 2;
        }
        return body.ToArray();
    }
}
