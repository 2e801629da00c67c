namespace PieService.Api.Uploads;

internal static partial class ImportLog
{
    [LoggerMessage(320, LogLevel.Error, "Import {Import} failed")]
    public static partial void Failed(ILogger logger, Guid import, Exception failure);

    [LoggerMessage(321, LogLevel.Error, "The heartbeat of the imports could not be written; the service will retry")]
    public static partial void BeatFailed(ILogger logger, Exception failure);
}
