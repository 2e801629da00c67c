using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace PieService.Api.Access;

/// <summary>
/// The text of a key: pie_PREFIX_SECRET. The prefix identifies its row, and the secret (256 random bits) authenticates
/// its holder. Both are in lower-case hexadecimal, so that each key has exactly one spelling.
/// </summary>
public sealed partial class KeyText
{
    private readonly string secret;

    private KeyText(string prefix, string secret)
    {
        Prefix = prefix;
        this.secret = secret;
    }

    public string Prefix { get; }

    public byte[] SecretHash => SHA256.HashData(Encoding.ASCII.GetBytes(secret));

    public static KeyText New() =>
        new(RandomNumberGenerator.GetHexString(8, lowercase: true), RandomNumberGenerator.GetHexString(
            64, lowercase: true));

    public static KeyText? Parse(string text) =>
        Form().Match(text) is { Success: true } match ? new KeyText(match.Groups[1].Value, match.Groups[2].Value)
            : null;

    /// <summary>The complete key, to be shown to its holder once.</summary>
    public string Reveal() => $"pie_{Prefix}_{secret}";

    /// <summary>The key without its secret, so that formatting a key cannot reveal it.</summary>
    public override string ToString() => $"pie_{Prefix}_…";

    [GeneratedRegex(@"\Apie_([0-9a-f]{8})_([0-9a-f]{64})\z")]
    private static partial Regex Form();
}
