namespace PieService.Api.Access;

/// <summary>What browsers are told to refuse, with every answer.</summary>
public static class SecurityHeaders
{
    /// <summary>Swagger UI and the dashboard set styles from their scripts; everything else comes from files of this service.</summary>
    private const string ForPages =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    /// <summary>Data is no page: where a browser shows it as one, nothing in it comes to life.</summary>
    private const string ForData = "default-src 'none'; frame-ancestors 'none'";

    public static void UseSecurityHeaders(this WebApplication app)
    {
        var areAnswersPrivate = app.Services.GetRequiredService<AccessSettings>().RequireKeys;
        app.Use((context, next) =>
        {
            // As it was asked for: for the dashboard's own branch it is shortened later on.
            var path = context.Request.Path;
            // At the last moment: whoever answers an exception clears the headers first.
            context.Response.OnStarting(() =>
            {
                var headers = context.Response.Headers;
                headers.XContentTypeOptions = "nosniff";
                headers.XFrameOptions = "DENY";
                headers["Referrer-Policy"] = "no-referrer";
                headers["Cross-Origin-Resource-Policy"] = "same-origin";
                headers.ContentSecurityPolicy = path.StartsWithSegments("/swagger") || path.StartsWithSegments(Dashboard.Path) ? ForPages : ForData;
                if (areAnswersPrivate && path.StartsWithSegments("/api") && headers.CacheControl.Count == 0) headers.CacheControl = "no-store";
                return Task.CompletedTask;
            });
            return next(context);
        });
    }
}
