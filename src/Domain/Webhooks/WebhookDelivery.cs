namespace PieService.Domain.Webhooks;

/// <summary>One message to one webhook, and the state of its delivery.</summary>
public sealed class WebhookDelivery
{
    public Guid Id { get; init; }
    public Guid WebhookId { get; init; }
    public Guid SweepId { get; init; }

    /// <summary>The event that it reports; a sweep that is continued may end more than once.</summary>
    public int EventNumber { get; init; }

    /// <summary>The exact bytes that are signed and sent, as text.</summary>
    public required string Body { get; init; }
    public int Attempts { get; init; }
    public DateTimeOffset NextAttemptAt { get; init; }
    public DateTimeOffset? DeliveredAt { get; init; }

    /// <summary>The time at which it was given up.</summary>
    public DateTimeOffset? GivenUpAt { get; init; }

    /// <summary>HTTP status of the last response; null if there was none.</summary>
    public int? LastStatus { get; init; }
    public string? LastError { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
}
