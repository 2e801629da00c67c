using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace PieService.Api.Access;

/// <summary>
/// A key as its holder has it: pie_PREFIX_SECRET. The prefix finds its row, the secret (256 random bits) proves it. Lower-case
/// hexadecimal, so that there is one way to write it.
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
        new(RandomNumberGenerator.GetHexString(8, lowercase: true), RandomNumberGenerator.GetHexString(64, lowercase: true));

    public static KeyText? Parse(string text) =>
        Form().Match(text) is { Success: true } match ? new KeyText(match.Groups[1].Value, match.Groups[2].Value) : null;

    /// <summary>For its holder's eyes, once.</summary>
    public string Reveal() => $"pie_{Prefix}_{secret}";

    /// <summary>Never the secret, wherever it is formatted.</summary>
    public override string ToString() => $"pie_{Prefix}_…";

    [GeneratedRegex(@"\Apie_([0-9a-f]{8})_([0-9a-f]{64})\z")]
    private static partial Regex Form();
}
