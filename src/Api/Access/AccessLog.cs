namespace PieService.Api.Access;

internal static partial class AccessLog
{
    [LoggerMessage(400, LogLevel.Error, "The audit could not be written")]
    public static partial void AuditFailed(ILogger logger, Exception failure);

    [LoggerMessage(401, LogLevel.Warning, "Old entries of the audit could not be removed; the next attempt follows")]
    public static partial void AuditNotTrimmed(ILogger logger, Exception failure);

    [LoggerMessage(402, LogLevel.Warning, "The dashboard failed; it was answered that there is no such page")]
    public static partial void NoPage(ILogger logger, Exception failure);
}
