using System.Net;
using System.Text;
using PieService.Worker.Hub;

namespace PieService.Worker.Tests.Hub;

/// <summary>Responses of a hub that the hub of ModelGetTests (Pipeline.Tests) does not send.</summary>
public sealed class HubClientTests : IDisposable
{
    private static readonly byte[] Content = Encoding.ASCII.GetBytes("0123456789");

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task An_https_hub_must_not_redirect_to_http()
    {
        using var hub = new Stub(request =>
            request.RequestUri!.Scheme == "https" ? Redirect("http://storage.test/x") : Answer(Content));

        var refused = await RefusedAsync(hub, "https://hub.test");

        Assert.Contains("is not an https address", refused.Message, StringComparison.Ordinal);
        Assert.Equal(["https://hub.test/x"], hub.Asked);
    }

    [Fact]
    public async Task An_http_hub_may_redirect_to_https_and_to_a_relative_address()
    {
        using var hub = new Stub(request => request.RequestUri!.AbsoluteUri switch
        {
            "http://hub.test/old/x" => Redirect("/new/x"),
            "http://hub.test/new/x" => Redirect("https://storage.test/x"),
            _ => Answer(Content),
        });

        Assert.NotNull(await Client(hub, "http://hub.test").FindAsync(new("http://hub.test/old/x")));
        Assert.Equal(["http://hub.test/old/x", "http://hub.test/new/x", "https://storage.test/x"], hub.Asked);
    }

    [Fact]
    public async Task Endless_redirects_are_refused()
    {
        using var hub = new Stub(_ => Redirect("/x"));

        var refused = await RefusedAsync(hub, "http://hub.test");

        Assert.Contains("redirects more than", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_with_a_permanent_error_is_not_retried()
    {
        using var hub = new Stub(_ => new(HttpStatusCode.Unauthorized));

        var refused = await RefusedAsync(hub, "http://hub.test");

        Assert.Contains("401", refused.Message, StringComparison.Ordinal);
        Assert.Single(hub.Asked);
    }

    [Fact]
    public async Task The_whole_file_is_downloaded_if_the_server_ignores_ranges()
    {
        await File.WriteAllTextAsync(folder["x"], "012");
        using var hub = new Stub(_ => Answer(Content));

        await Client(hub, "http://hub.test").DownloadAsync(new("http://hub.test/x"), folder["x"]);

        Assert.Equal(Content, await File.ReadAllBytesAsync(folder["x"]));
    }

    [Fact]
    public async Task A_partial_file_longer_than_the_original_is_downloaded_from_the_beginning()
    {
        await File.WriteAllTextAsync(folder["x"], "a file of an earlier attempt");
        using var hub = new Stub(request =>
            request.Headers.Range is null ? Answer(Content) : new(HttpStatusCode.RequestedRangeNotSatisfiable));

        await Client(hub, "http://hub.test").DownloadAsync(new("http://hub.test/x"), folder["x"]);

        Assert.Equal(Content, await File.ReadAllBytesAsync(folder["x"]));
        Assert.Equal(2, hub.Asked.Count);
    }

    private static Task<HubException> RefusedAsync(Stub hub, string address) =>
        Assert.ThrowsAsync<HubException>(() => Client(hub, address).FindAsync(new($"{address}/x")));

    private static HubClient Client(Stub hub, string address) =>
        new(new(new Uri(address), hub), TimeProvider.System, TextWriter.Null);

    private static HttpResponseMessage Answer(byte[] content) =>
        new(HttpStatusCode.OK) { Content = new ByteArrayContent(content) };

    private static HttpResponseMessage Redirect(string to) =>
        new(HttpStatusCode.Found) { Headers = { Location = new Uri(to, UriKind.RelativeOrAbsolute) } };

    private sealed class Stub(Func<HttpRequestMessage, HttpResponseMessage> answer)
        : HttpMessageInvoker(new HttpClientHandler())
    {
        public List<string> Asked { get; } = [];

        public override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked.Add(request.RequestUri!.AbsoluteUri);
            return Task.FromResult(answer(request));
        }
    }
}
