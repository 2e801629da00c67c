namespace PieService.Domain.Access;

/// <summary>A create that a client may send again without creating twice; kept for 24 hours.</summary>
public sealed class IdempotentRequest
{
    /// <summary>Whose key it is: two clients may choose the same.</summary>
    public required string Client { get; init; }

    /// <summary>As the client sent it in Idempotency-Key.</summary>
    public required string Key { get; init; }
    public required string Operation { get; init; }

    /// <summary>SHA-256 of what the client asked for.</summary>
    public required byte[] RequestHash { get; init; }

    /// <summary>Chosen before the work begins: whoever finds the work cut off sees whether its result is there.</summary>
    public Guid ResourceId { get; init; }

    /// <summary>The answer; null while the work is going on, or was cut off.</summary>
    public int? Status { get; init; }
    public string? Location { get; init; }
    public byte[]? Body { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
}
