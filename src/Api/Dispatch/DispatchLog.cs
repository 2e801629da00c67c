namespace PieService.Api.Dispatch;

internal static partial class DispatchLog
{
    [LoggerMessage(200, LogLevel.Warning, "Dispatching was interrupted and will be retried: {Reason}")]
    public static partial void Interrupted(ILogger logger, string reason);

    [LoggerMessage(201, LogLevel.Warning, "{Count} runs lost their worker and are queued again")]
    public static partial void Reclaimed(ILogger logger, int count);

    [LoggerMessage(202, LogLevel.Warning, "The queue was not measured; the next attempt follows: {Reason}")]
    public static partial void NotMeasured(ILogger logger, string reason);
}
