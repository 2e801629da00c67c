namespace PieService.Domain.Webhooks;

/// <summary>An address that is told when a sweep has ended.</summary>
public sealed class Webhook
{
    public Guid Id { get; init; }
    public required string Url { get; init; }

    /// <summary>Signs what is sent; shown once.</summary>
    public required string Secret { get; init; }

    /// <summary>Name of the key that registered it.</summary>
    public required string CreatedBy { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
}
