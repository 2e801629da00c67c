namespace PieService.Domain.Access;

/// <summary>A create that a client may send again without creating twice; kept for 24 hours.</summary>
public sealed class IdempotentRequest
{
    /// <summary>The client of the key, since two clients may choose the same key.</summary>
    public required string Client { get; init; }

    /// <summary>The value of the client's header Idempotency-Key.</summary>
    public required string Key { get; init; }
    public required string Operation { get; init; }

    /// <summary>SHA-256 of the client's request.</summary>
    public required byte[] RequestHash { get; init; }

    /// <summary>
    /// The id of the resource, chosen before the work begins: if the work was interrupted, the next attempt checks
    /// whether the resource exists.
    /// </summary>
    public Guid ResourceId { get; init; }

    /// <summary>The response; null while the work is in progress, or if it was interrupted.</summary>
    public int? Status { get; init; }
    public string? Location { get; init; }
    public byte[]? Body { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
}
