namespace PieService.Api.Events;

internal static partial class EventLog
{
    [LoggerMessage(300, LogLevel.Warning, "Looking for events was interrupted and goes on shortly: {Reason}")]
    public static partial void Interrupted(ILogger logger, string reason);
}
