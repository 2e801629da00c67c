namespace PieService.Api.Access;

internal static partial class AccessLog
{
    [LoggerMessage(400, LogLevel.Error, "The audit entry could not be written")]
    public static partial void AuditFailed(ILogger logger, Exception failure);

    [LoggerMessage(401, LogLevel.Warning, "Expired rows could not be deleted; the service will retry")]
    public static partial void NotTrimmed(ILogger logger, Exception failure);

    [LoggerMessage(402, LogLevel.Warning, "The dashboard failed; the response was 404")]
    public static partial void NoPage(ILogger logger, Exception failure);
}
