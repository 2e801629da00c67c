using System.Security.Cryptography;
using System.Text;

namespace PieService.Worker.Files;

/// <summary>One hash for several files of a folder.</summary>
internal static class FileHashes
{
    /// <summary>
    /// The SHA-256 of the output of <c>sha256sum NAMES</c> in that folder, so it covers the names and contents of the
    /// files. Missing files are left out.
    /// </summary>
    /// <returns>The hash in lower-case hex.</returns>
    /// <exception cref="UnusableModelException">A file cannot be read.</exception>
    public static string Of(string folder, IEnumerable<string> names, CancellationToken cancellation = default)
    {
        var list = new StringBuilder();
        foreach (var name in names)
        {
            var path = Path.Combine(folder, name);
            if (!File.Exists(path)) continue;
            try
            {
                list.Append(Convert.ToHexStringLower(Hash(path, cancellation))).Append("  ").Append(name).Append('\n');
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException
                or InvalidDataException)
            {
                throw UnusableModelException.Unreadable(path, unreadable);
            }
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(list.ToString())));
    }

    private static byte[] Hash(string path, CancellationToken cancellation)
    {
        using var file = RegularFile.OpenRead(path);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        while (file.Read(buffer) is > 0 and var read)
        {
            cancellation.ThrowIfCancellationRequested();
            hash.AppendData(buffer, 0, read);
        }
        return hash.GetHashAndReset();
    }
}
