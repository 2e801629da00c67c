using System.Security.Cryptography;
using System.Text;

namespace PieService.Worker.Models;

/// <summary>One hash for several files of a folder.</summary>
internal static class FileHashes
{
    /// <summary>
    /// The SHA-256 of what <c>sha256sum NAMES</c> prints in that folder, so of the files' names and contents; those that are not
    /// there are left out.
    /// </summary>
    /// <returns>Lower-case hex.</returns>
    /// <exception cref="UnusableModelException">A file cannot be read.</exception>
    public static string Of(string folder, params string[] names)
    {
        var list = new StringBuilder();
        foreach (var name in names)
        {
            var path = Path.Combine(folder, name);
            if (!File.Exists(path)) continue;
            try
            {
                using var file = File.OpenRead(path);
                list.Append(Convert.ToHexStringLower(SHA256.HashData(file))).Append("  ").Append(name).Append('\n');
            }
            catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
            {
                throw new UnusableModelException($"{path} cannot be read: {unreadable.Message}", unreadable);
            }
        }
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(list.ToString())));
    }
}
