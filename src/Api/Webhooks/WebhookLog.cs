namespace PieService.Api.Webhooks;

internal static partial class WebhookLog
{
    [LoggerMessage(310, LogLevel.Warning, "Sending webhooks was interrupted and goes on shortly: {Reason}")]
    public static partial void Interrupted(ILogger logger, string reason);

    [LoggerMessage(311, LogLevel.Warning, "Webhook message {Message} was given up after {Attempts} attempts: {Reason}")]
    public static partial void GivenUp(ILogger logger, Guid message, int attempts, string reason);
}
