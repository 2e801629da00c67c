namespace PieService.Api.Access;

/// <summary>Requests that a person makes with a browser, in contrast to those of programs and scripts.</summary>
public static class Browsing
{
    /// <summary>The path of the pages of the service.</summary>
    public const string Path = "/ui";

    public static bool IsForPage(HttpRequest request) => request.Path.StartsWithSegments(Path);

    /// <summary>
    /// Whether a browser may ask for the key: for the pages, the dashboard, and an address that a person opens, such as
    /// the link to a file. It must not ask because of a request that a script of Swagger UI sends.
    /// </summary>
    public static bool MayAsk(HttpRequest request) =>
        IsForPage(request) || request.Path.StartsWithSegments(Dashboard.Path)
        || request.Headers["Sec-Fetch-Mode"] == "navigate";
}
