using System.Collections.Concurrent;
using System.Net;
using System.Text;
using PieService.TestSupport;

namespace PieService.Api.Tests.Webhooks;

/// <summary>A receiver of webhooks: it responds as configured and keeps what it has received.</summary>
public sealed class Receiver : IDisposable
{
    private readonly HttpStub stub;

    /// <param name="answer">Called with the number of the message, from 0.</param>
    public Receiver(Func<int, HttpListenerResponse, Task> answer) => stub = new HttpStub(async context =>
    {
        using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
        var (number, request) = (Messages.Count, context.Request);
        Messages.Enqueue(new Received(
            request.HttpMethod, request.RawUrl!,
            request.Headers.AllKeys.ToDictionary(name => name!.ToLowerInvariant(), name => request.Headers[name]!),
            await reader.ReadToEndAsync()));
        await answer(number, context.Response);
        context.Response.Close();
    });

    public static Receiver Answering(params int[] statuses) => new((number, response) =>
    {
        response.StatusCode = statuses[Math.Min(number, statuses.Length - 1)];
        return Task.CompletedTask;
    });

    public int Port => stub.Port;

    public ConcurrentQueue<Received> Messages { get; } = [];

    public void Dispose() => stub.Dispose();
}

public sealed record Received(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body);
