namespace PieService.Api.Webhooks;

internal static partial class WebhookLog
{
    [LoggerMessage(310, LogLevel.Warning, "The delivery of webhooks was interrupted and will be retried: {Reason}")]
    public static partial void Interrupted(ILogger logger, string reason);

    [LoggerMessage(311, LogLevel.Warning,
        "Webhook message {Message} was abandoned after {Attempts} attempts: {Reason}")]
    public static partial void GivenUp(ILogger logger, Guid message, int attempts, string reason);
}
