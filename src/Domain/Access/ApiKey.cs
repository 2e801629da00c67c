using System.Text.Json.Serialization;

namespace PieService.Domain.Access;

/// <summary>The permissions of a key's holder; each role includes those before it.</summary>
public enum Role
{
    /// <summary>Read everything except the audit.</summary>
    [JsonStringEnumMemberName("reader")] Reader,

    /// <summary>Import datasets, submit and control sweeps, register webhooks.</summary>
    [JsonStringEnumMemberName("submitter")] Submitter,

    /// <summary>Read the audit and the queue's dashboard.</summary>
    [JsonStringEnumMemberName("admin")] Admin,
}

/// <summary>A client's key. Its secret is shown once, and only its hash is stored.</summary>
public sealed class ApiKey
{
    public Guid Id { get; init; }

    /// <summary>Unique among the keys that are not revoked.</summary>
    public required string Name { get; init; }
    public Role Role { get; init; }

    /// <summary>The public part of the key, which identifies it.</summary>
    public required string Prefix { get; init; }

    /// <summary>SHA-256 of the secret part, which is random enough to need no salt.</summary>
    public required byte[] SecretHash { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? RevokedAt { get; init; }
}
