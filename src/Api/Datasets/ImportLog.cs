namespace PieService.Api.Datasets;

internal static partial class ImportLog
{
    [LoggerMessage(320, LogLevel.Error, "Import {Import} failed")]
    public static partial void Failed(ILogger logger, Guid import, Exception failure);
}
