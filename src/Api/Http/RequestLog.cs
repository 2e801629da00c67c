namespace PieService.Api.Http;

/// <summary>
/// Logs each request when it has ended: a failure of the service (5xx) as a warning, a request to change something at
/// the level Information, every other one at Debug. Requests that are refused before they do anything (401, 429) are
/// at Debug too, so that a client without a key cannot fill the log. Query strings are left out, since they may have
/// texts of a dataset.
/// </summary>
public static partial class RequestLog
{
    private const string Category = "PieService.Api.Requests";

    public static void UseRequestLog(this WebApplication app)
    {
        var time = app.Services.GetRequiredService<TimeProvider>();
        var logger = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger(Category);
        app.Use(async (context, next) =>
        {
            var start = time.GetTimestamp();
            var request = context.Request;
            var (method, path) = (request.Method, request.PathBase + request.Path);
            await next(context);
            var status = context.Response.StatusCode;
            var level = status >= StatusCodes.Status500InternalServerError ? LogLevel.Warning
                : HttpMethods.IsGet(method) || HttpMethods.IsHead(method)
                    || status is StatusCodes.Status401Unauthorized or StatusCodes.Status429TooManyRequests
                    ? LogLevel.Debug : LogLevel.Information;
            if (!logger.IsEnabled(level)) return;
            // The escaped path has no line ends, whatever the client sent.
            var (shown, elapsed) = (path.ToUriComponent(), time.GetElapsedTime(start).TotalMilliseconds);
            Ended(logger, level, method, shown, status, elapsed);
        });
    }

    [LoggerMessage(EventId = 3, Message = "{Method} {Path}: {Status} in {Milliseconds:F1} ms")]
    private static partial void Ended(
        ILogger logger, LogLevel level, string method, string path, int status, double milliseconds);
}
