namespace PieService.Api.Http;

internal static partial class ApiLog
{
    [LoggerMessage(1, LogLevel.Error, "Unexpected failure of {Path}")]
    public static partial void Unexpected(ILogger logger, PathString path, Exception exception);

    [LoggerMessage(2, LogLevel.Error, "The file at {Path} was cut off while it was sent")]
    public static partial void CutOff(ILogger logger, PathString path, Exception exception);
}
