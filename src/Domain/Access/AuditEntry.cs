namespace PieService.Domain.Access;

/// <summary>Who asked for which change, and what became of it. Written before the change, so that none is without.</summary>
public sealed class AuditEntry
{
    public long Id { get; init; }
    public DateTimeOffset At { get; init; }

    /// <summary>Name of the key; "local" where no keys are required, "operator" on the machine itself.</summary>
    public required string Actor { get; init; }
    public Guid? KeyId { get; init; }

    /// <summary>The operation's id in the OpenAPI document.</summary>
    public required string Operation { get; init; }
    public required string Path { get; init; }

    /// <summary>Of the answer; null: it was not given (yet).</summary>
    public int? Status { get; init; }
    public required string TraceId { get; init; }
}
