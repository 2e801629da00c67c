namespace PieService.Domain.Access;

/// <summary>
/// Who requested which change, and the status of the response. It is written before the change, so that no change is
/// missing.
/// </summary>
public sealed class AuditEntry
{
    public long Id { get; init; }
    public DateTimeOffset At { get; init; }

    /// <summary>Name of the key; "local" if no keys are required, "operator" on the machine itself.</summary>
    public required string Actor { get; init; }
    public Guid? KeyId { get; init; }

    /// <summary>The operation's id in the OpenAPI document.</summary>
    public required string Operation { get; init; }
    public required string Path { get; init; }

    /// <summary>The status of the response; null if there is no response (yet).</summary>
    public int? Status { get; init; }
    public required string TraceId { get; init; }
}
