namespace PieService.Api.Http;

internal static partial class ApiLog
{
    [LoggerMessage(1, LogLevel.Error, "Unexpected failure of {Path}")]
    public static partial void Unexpected(ILogger logger, PathString path, Exception exception);
}
