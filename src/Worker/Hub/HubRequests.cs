namespace PieService.Worker.Hub;

/// <summary>
/// Single requests to the hub. This class follows redirects, and the handler does not: the headers of every response
/// count, and a hub with an https address must not redirect to plain http.
/// </summary>
/// <param name="hub">The hub's address, http or https.</param>
/// <param name="http">A client that does not follow redirects.</param>
public sealed class HubRequests(Uri hub, HttpMessageInvoker http)
{
    private const int MaxRedirects = 20;

    /// <summary>Sends a request and follows its redirects.</summary>
    /// <param name="from">The first byte to request; 0 requests the whole file.</param>
    /// <param name="onAnswer">Called with every response, including redirects.</param>
    /// <returns>The last response with any status; its content is not read yet.</returns>
    /// <exception cref="HubException">A redirect is not allowed, or there are too many of them.</exception>
    /// <exception cref="HttpRequestException">There was no response.</exception>
    /// <exception cref="OperationCanceledException">There was no response before <paramref name="limit"/>.</exception>
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
