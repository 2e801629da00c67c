using System.Net.Mime;

namespace PieService.Api.Access;

/// <summary>Adds to every response the headers that restrict browsers.</summary>
public static class SecurityHeaders
{
    /// <summary>
    /// Swagger UI and the dashboard set styles from their scripts; everything else comes from files of this service.
    /// </summary>
    private const string ForLibraries =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "font-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>The pages under /ui have no inline style or script.</summary>
    private const string ForPages =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
        + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Data is not a page: if a browser displays it as one, no script in it may run.</summary>
    private const string ForData = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>A figure and a report have their fonts and styles in themselves. They have no scripts.</summary>
    public const string ForFigures =
        "default-src 'none'; style-src 'unsafe-inline'; font-src data:; img-src data:; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this WebApplication app)
    {
        var areAnswersPrivate = app.Services.GetRequiredService<AccessSettings>().RequireKeys;
        app.Use((context, next) =>
        {
            // The path as requested: the dashboard's branch of the pipeline shortens it later.
            var path = context.Request.Path;
            // The headers are set last, because the exception handler clears them before it writes its response.
            context.Response.OnStarting(() =>
            {
                var headers = context.Response.Headers;
                headers.XContentTypeOptions = "nosniff";
                headers.XFrameOptions = "DENY";
                // With no-referrer a browser sends a form with the origin null, which SameOriginGuard refuses.
                headers["Referrer-Policy"] = path.StartsWithSegments(Browsing.Path) ? "same-origin" : "no-referrer";
                headers["Cross-Origin-Resource-Policy"] = "same-origin";
                if (headers.ContentSecurityPolicy.Count == 0)
                    headers.ContentSecurityPolicy = PolicyOf(path, context.Response.ContentType);
                var isAnswer = path.StartsWithSegments("/api") || path.StartsWithSegments(Browsing.Path);
                if (areAnswersPrivate && isAnswer && headers.CacheControl.Count == 0)
                    headers.CacheControl = "no-store";
                return Task.CompletedTask;
            });
            return next(context);
        });
    }

    private static string PolicyOf(PathString path, string? contentType) =>
        contentType == MediaTypeNames.Image.Svg ? ForFigures
        : path.StartsWithSegments(Browsing.Path) ? ForPages
        : path.StartsWithSegments("/swagger") || path.StartsWithSegments(Dashboard.Path) ? ForLibraries
        : ForData;
}
