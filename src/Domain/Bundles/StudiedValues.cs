using System.Security.Cryptography;
using System.Text;

namespace PieService.Domain.Bundles;

/// <summary>The values of a run as SHA-256 digests, each in hexadecimal digits.</summary>
/// <param name="Results">The predictions in the order of the splits, then the observations in that of the
/// epochs.</param>
/// <param name="Answers">The digest of each block of open answers.</param>
public sealed record StudiedValues(IReadOnlyList<StudiedResult> Results, IReadOnlyList<string> Answers)
{
    /// <summary>
    /// The digest of the answers of a block: of each its length in UTF-8 bytes, a colon and the text, or a hyphen for
    /// a null.
    /// </summary>
    public static string DigestOf(IEnumerable<string?> answers)
    {
        using var sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var answer in answers)
            sha.AppendData(Encoding.UTF8.GetBytes(
                answer is null ? "-" : $"{Encoding.UTF8.GetByteCount(answer)}:{answer}"));
        return Convert.ToHexStringLower(sha.GetHashAndReset());
    }
}

/// <param name="Split">The wire name.</param>
/// <param name="Epoch">Null at the end of the training.</param>
public sealed record StudiedResult(string Split, int? Epoch, double? Threshold, string Classes, string? Scores);
