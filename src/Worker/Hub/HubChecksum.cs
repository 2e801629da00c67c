using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace PieService.Worker.Hub;

/// <summary>
/// The checksum that the hub states for a file: the SHA-256 of a large file (64 hex digits), the SHA-1 of git's blob
/// object of a small one (40 hex digits).
/// </summary>
/// <param name="Hex">The checksum in lower-case hex.</param>
public sealed partial record HubChecksum(string Hex)
{
    /// <param name="tag">An ETag, possibly weak (W/"…"); null if the response had no ETag.</param>
    /// <returns>Null if the tag is not a checksum.</returns>
    public static HubChecksum? Parse(string? tag) =>
        tag is not null && Tags().Match(tag) is { Success: true } match ? new(match.Groups["hex"].Value) : null;

    /// <summary>Whether the file exists and has this checksum.</summary>
    public async Task<bool> MatchesAsync(string path)
    {
        if (!File.Exists(path)) return false;
        await using var file = File.OpenRead(path);
        using var hash = Begin(file.Length);
        var buffer = new byte[1 << 20];
        while (await file.ReadAsync(buffer) is > 0 and var read) hash.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(hash.GetHashAndReset()) == Hex;
    }

    private IncrementalHash Begin(long length)
    {
        if (Hex.Length == 64) return IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var git = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        git.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {length}\0")));
        return git;
    }

    [GeneratedRegex("""\A(W/)?"?(?<hex>[0-9a-f]{64}|[0-9a-f]{40})"?\z""")]
    private static partial Regex Tags();
}
