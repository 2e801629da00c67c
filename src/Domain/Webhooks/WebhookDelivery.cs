namespace PieService.Domain.Webhooks;

/// <summary>One message to one webhook, with what became of it.</summary>
public sealed class WebhookDelivery
{
    public Guid Id { get; init; }
    public Guid WebhookId { get; init; }
    public Guid SweepId { get; init; }

    /// <summary>The event that it tells of: a sweep that is taken up again may end more than once.</summary>
    public int EventNumber { get; init; }

    /// <summary>The very bytes that are signed and sent, as text.</summary>
    public required string Body { get; init; }
    public int Attempts { get; init; }
    public DateTimeOffset NextAttemptAt { get; init; }
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>When it was given up.</summary>
    public DateTimeOffset? GivenUpAt { get; init; }

    /// <summary>HTTP status of the last answer; null where there was none.</summary>
    public int? LastStatus { get; init; }
    public string? LastError { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
}
