using System.Security.Cryptography;

namespace PieService.Domain.Webhooks;

/// <summary>A URL that receives a message when a sweep ends.</summary>
public sealed class Webhook
{
    public Guid Id { get; init; }
    public required string Url { get; init; }

    /// <summary>The secret that signs the messages; it is shown once.</summary>
    public required string Secret { get; init; }

    /// <summary>Name of the key that registered it.</summary>
    public required string CreatedBy { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>
    /// A secret of 256 bits, written as the Standard Webhooks specification requires
    /// (https://www.standardwebhooks.com).
    /// </summary>
    public static string NewSecret() => "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
}
