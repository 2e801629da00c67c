using System.Net;

namespace PieService.TestSupport;

/// <summary>
/// A local server in place of an external one: handles one request after the other with a delegate of the test.
/// </summary>
public class HttpStub : IDisposable
{
    private readonly HttpListener listener = new();
    private readonly Func<HttpListenerContext, Task> answer;

    /// <param name="answer">Closes or aborts the response.</param>
    public HttpStub(Func<HttpListenerContext, Task> answer)
    {
        this.answer = answer;
        listener.Prefixes.Add($"http://*:{Port}/");
        listener.Start();
        _ = ListenAsync();
    }

    public int Port { get; } = Ports.Free();

    public void Dispose()
    {
        listener.Close();
        GC.SuppressFinalize(this);
    }

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
            await answer(context);
        }
    }
}
