namespace PieService.Api.Access;

/// <summary>
/// A page of another site must not change anything here through its visitor's browser, which reaches what the visitor reaches
/// and sends the password along that he once gave. Browsers say where a request comes from; other clients are not asked.
/// </summary>
public static class SameOriginGuard
{
    public static void UseSameOriginGuard(this WebApplication app) =>
        app.Use((context, next) => IsChange(context.Request.Method) && IsForeign(context.Request)
            ? TypedResults.Problem(
                "A page of another site may not change anything here. Use the service's own pages, or a client that is no browser.",
                statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(context)
            : next(context));

    private static bool IsChange(string method) => !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method));

    private static bool IsForeign(HttpRequest request)
    {
        // No page can forge this one; "none" is the user himself.
        if (request.Headers["Sec-Fetch-Site"] is [{ Length: > 0 } site]) return site is not ("same-origin" or "none");
        return request.Headers.Origin is [{ Length: > 0 } origin]
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var page) && page.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
