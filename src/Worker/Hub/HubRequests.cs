namespace PieService.Worker.Hub;

/// <summary>
/// Single requests to the hub. Redirects are followed here and not by the handler: the headers of every answer count,
/// and a hub that is addressed by https must not redirect to plain http.
/// </summary>
/// <param name="hub">http or https.</param>
/// <param name="http">Must not follow redirects by itself.</param>
public sealed class HubRequests(Uri hub, HttpMessageInvoker http)
{
    private const int MaxRedirects = 20;

    /// <summary>Sends a request and follows its redirects.</summary>
    /// <param name="from">The first byte that is wanted; 0 asks for the whole file.</param>
    /// <param name="onAnswer">Is called with every answer, the redirects included.</param>
    /// <returns>The last answer, whatever its status; its content is not read yet.</returns>
    /// <exception cref="HubException">A redirect is not allowed, or there are too many of them.</exception>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    /// <exception cref="OperationCanceledException">No answer came before <paramref name="limit"/>.</exception>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, Uri url, long from, CancellationToken limit, Action<HttpResponseMessage>? onAnswer = null)
    {
        var address = url;
        for (var redirects = 0; redirects <= MaxRedirects; redirects++)
        {
            using var request = new HttpRequestMessage(method, address);
            request.Headers.UserAgent.ParseAdd("PieService");
            if (from > 0) request.Headers.Range = new(from, null);
            var response = await http.SendAsync(request, limit);
            onAnswer?.Invoke(response);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308)
                || response.Headers.Location is not { } location) return response;
            response.Dispose();
            address = new Uri(address, location);
            if (!IsAllowed(address))
                throw new HubException($"{url} redirects to {address}, which is not an https address.");
        }
        throw new HubException($"{url} redirects more than {MaxRedirects} times.");
    }

    private bool IsAllowed(Uri address) =>
        address.Scheme == Uri.UriSchemeHttps
        || (address.Scheme == Uri.UriSchemeHttp && hub.Scheme == Uri.UriSchemeHttp);
}
