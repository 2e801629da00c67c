using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace PieService.Api.Tests.Webhooks;

/// <summary>Somebody who is told: listens on this machine, answers as it is asked to, and keeps what it was sent.</summary>
public sealed class Receiver : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly Func<int, HttpListenerResponse, Task> answer;

    /// <param name="answer">Gets the number of the message, from 0 on.</param>
    public Receiver(Func<int, HttpListenerResponse, Task> answer)
    {
        this.answer = answer;
        using (var probe = new TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Port = ((IPEndPoint)probe.LocalEndpoint).Port;
        }
        listener.Prefixes.Add($"http://*:{Port}/");
        listener.Start();
        _ = ListenAsync();
    }

    public static Receiver Answering(params int[] statuses) => new((number, response) =>
    {
        response.StatusCode = statuses[Math.Min(number, statuses.Length - 1)];
        return Task.CompletedTask;
    });

    public int Port { get; }

    public ConcurrentQueue<Received> Messages { get; } = [];

    public void Dispose() => listener.Close();

    private async Task ListenAsync()
    {
        while (true)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
            using var reader = new StreamReader(context.Request.InputStream, Encoding.UTF8);
            var (number, request) = (Messages.Count, context.Request);
            Messages.Enqueue(new Received(
                request.HttpMethod, request.RawUrl!, request.Headers.AllKeys.ToDictionary(name => name!.ToLowerInvariant(), name => request.Headers[name]!), await reader.ReadToEndAsync()));
            await answer(number, context.Response);
            context.Response.Close();
        }
    }
}

public sealed record Received(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body);
