namespace PieService.Api.Access;

/// <summary>
/// Refuses changes that a page of another site requests through a visitor's browser (CSRF): the browser can reach
/// everything that the visitor can, and sends the password that the visitor once entered. Browsers state the origin of
/// a request; requests from other clients have no origin and are accepted.
/// </summary>
public static class SameOriginGuard
{
    public static void UseSameOriginGuard(this WebApplication app) =>
        app.Use((context, next) => IsChange(context.Request.Method) && IsForeign(context.Request)
            ? TypedResults.Problem(
                "A page of another site must not make changes. Use the pages of this service, or a client that is "
                + "not a browser.",
                statusCode: StatusCodes.Status403Forbidden).ExecuteAsync(context)
            : next(context));

    private static bool IsChange(string method) =>
        !(HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method));

    private static bool IsForeign(HttpRequest request)
    {
        // A page cannot forge this header; "none" means that the user entered the address.
        if (request.Headers["Sec-Fetch-Site"] is [{ Length: > 0 } site]) return site is not ("same-origin" or "none");
        return request.Headers.Origin is [{ Length: > 0 } origin]
            && !(Uri.TryCreate(origin, UriKind.Absolute, out var page)
                && page.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase));
    }
}
