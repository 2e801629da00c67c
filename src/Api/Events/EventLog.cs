using PieService.Domain.Sweeps;

namespace PieService.Api.Events;

internal static partial class EventLog
{
    [LoggerMessage(300, LogLevel.Warning, "The search for events was interrupted and will be retried: {Reason}")]
    public static partial void Interrupted(ILogger logger, string reason);

    [LoggerMessage(301, LogLevel.Information, "The sweep has ended: {State} ({Sweep})")]
    public static partial void Ended(ILogger logger, Guid sweep, SweepState state);
}
