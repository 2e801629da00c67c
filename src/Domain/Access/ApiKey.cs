using System.Text.Json.Serialization;

namespace PieService.Domain.Access;

/// <summary>What the holder of a key may do; each role may also do what those before it may.</summary>
public enum Role
{
    /// <summary>Look at everything.</summary>
    [JsonStringEnumMemberName("reader")] Reader,

    /// <summary>Import datasets, submit and steer sweeps, register webhooks.</summary>
    [JsonStringEnumMemberName("submitter")] Submitter,

    /// <summary>See the audit and the queue's dashboard.</summary>
    [JsonStringEnumMemberName("admin")] Admin,
}

/// <summary>A client's key: its secret is shown once, only its hash is kept.</summary>
public sealed class ApiKey
{
    public Guid Id { get; init; }

    /// <summary>Unique among the keys that are not revoked.</summary>
    public required string Name { get; init; }
    public Role Role { get; init; }

    /// <summary>The public part of the key, by which it is found.</summary>
    public required string Prefix { get; init; }

    /// <summary>SHA-256 of the secret part, which is random enough to need no salt.</summary>
    public required byte[] SecretHash { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? RevokedAt { get; init; }
}
