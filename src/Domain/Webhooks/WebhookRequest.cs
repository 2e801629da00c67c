namespace PieService.Domain.Webhooks;

/// <summary>The registration of a webhook.</summary>
public sealed record WebhookRequest
{
    public const int LongestUrl = 2000;

    /// <summary>The absolute http or https URL to which the messages are posted.</summary>
    public string? Url { get; init; }

    public static IReadOnlyList<FieldError> Check(WebhookRequest request) =>
        Problem(request.Url) is { } problem ? [new("url", problem)] : [];

    /// <summary>
    /// Uri accepts some invalid host names, and throws only when they are converted for a connection.
    /// </summary>
    private static bool HasHost(Uri address)
    {
        try
        {
            return address.IdnHost.Length > 0;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }

    private static string? Problem(string? url)
    {
        if (string.IsNullOrWhiteSpace(url)) return "is required: the URL that receives the messages";
        if (url.Length > LongestUrl) return $"must have at most {LongestUrl} characters";
        if (url.Any(character => char.IsControl(character) || char.IsWhiteSpace(character)))
            return "must not have white space or control characters";
        if (!Uri.TryCreate(url, UriKind.Absolute, out var address)
            || address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps)
            return "must begin with https:// or http:// and name a host";
        if (address.UserInfo.Length > 0)
            return "must not have a user or a password; verify the signature of the messages instead";
        if (!HasHost(address)) return "does not have a valid host name";
        return address.Fragment.Length > 0 ? "must not have a fragment (#…)" : null;
    }
}
