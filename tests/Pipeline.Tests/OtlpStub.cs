using System.Text;
using PieService.TestSupport;

namespace PieService.Pipeline.Tests;

/// <summary>A span as OTLP sends it.</summary>
/// <param name="Trace">32 hexadecimal digits.</param>
/// <param name="Parent">16 hexadecimal digits; empty for a span without a parent.</param>
public sealed record ReceivedSpan(string Service, string Trace, string Id, string Parent, string Name);

/// <summary>A collector that keeps the spans and the names of the metrics that it receives by OTLP over HTTP.</summary>
public sealed class OtlpStub : IDisposable
{
    private readonly HttpStub server;
    private readonly List<ReceivedSpan> spans = [];
    private readonly HashSet<string> metrics = [];
    private int logs;

    public OtlpStub() => server = new HttpStub(async context =>
    {
        using var body = new MemoryStream();
        await context.Request.InputStream.CopyToAsync(body);
        lock (spans) Keep(context.Request.Url!.AbsolutePath, body.ToArray());
        context.Response.Close();
    });

    public string Address => $"http://127.0.0.1:{server.Port}";

    public IReadOnlyList<ReceivedSpan> Spans
    {
        get
        {
            lock (spans) return [.. spans];
        }
    }

    public IReadOnlyList<string> Metrics
    {
        get
        {
            lock (spans) return [.. metrics];
        }
    }

    public bool HasLogs
    {
        get
        {
            lock (spans) return logs > 0;
        }
    }

    public void Dispose() => server.Dispose();

    /// <summary>
    /// The messages of opentelemetry-proto: resource_spans = 1 { resource = 1 { attributes = 1 }, scope_spans = 2
    /// { spans = 2 { trace_id = 1, span_id = 2, parent_span_id = 4, name = 5 } } }; metrics have the same nesting.
    /// </summary>
    private void Keep(string path, byte[] message)
    {
        foreach (var resource in Fields(message, 1))
        {
            var service = Fields(resource, 1).SelectMany(found => Fields(found, 1))
                .Where(attribute => Text(Fields(attribute, 1)) == "service.name")
                .Select(attribute => Text(Fields(Fields(attribute, 2).Single(), 1))).Single();
            foreach (var item in Fields(resource, 2).SelectMany(scope => Fields(scope, 2)))
            {
                if (path == "/v1/metrics") metrics.Add(Text(Fields(item, 1)));
                else if (path == "/v1/logs") logs++;
                else spans.Add(new ReceivedSpan(
                    service, Hex(Fields(item, 1)), Hex(Fields(item, 2)), Hex(Fields(item, 4)), Text(Fields(item, 5))));
            }
        }
    }

    private static string Text(IEnumerable<byte[]> field) => Encoding.UTF8.GetString(field.FirstOrDefault() ?? []);

    private static string Hex(IEnumerable<byte[]> field) => Convert.ToHexStringLower(field.FirstOrDefault() ?? []);

    /// <summary>The values of a field with a length in a message of Protocol Buffers.</summary>
    private static List<byte[]> Fields(byte[] message, int number)
    {
        var found = new List<byte[]>();
        for (var at = 0; at < message.Length;)
        {
            var tag = Varint(message, ref at);
            switch (tag & 7)
            {
                case 0: Varint(message, ref at); break;
                case 1: at += 8; break;
                case 5: at += 4; break;
                default:
                    var length = (int)Varint(message, ref at);
                    if ((int)(tag >> 3) == number) found.Add(message[at..(at + length)]);
                    at += length;
                    break;
            }
        }
        return found;
    }

    private static ulong Varint(byte[] message, ref int at)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var part = message[at++];
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) return value;
        }
    }
}
