using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace PieService.Domain.Webhooks;

/// <summary>Secrets and signatures as the Standard Webhooks specification has them (https://www.standardwebhooks.com).</summary>
public static class WebhookSignature
{
    private const string SecretPrefix = "whsec_";
    private const int SecretBytes = 32;

    public static string NewSecret() => SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>The value of the header webhook-signature.</summary>
    /// <param name="id">Of the message: the header webhook-id.</param>
    /// <param name="sentAt">Its Unix seconds are the header webhook-timestamp.</param>
    public static string Sign(string secret, string id, DateTimeOffset sentAt, string body)
    {
        var key = Convert.FromBase64String(secret[SecretPrefix.Length..]);
        var signed = string.Create(CultureInfo.InvariantCulture, $"{id}.{sentAt.ToUnixTimeSeconds()}.{body}");
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(signed)));
    }
}
