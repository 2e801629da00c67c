using System.Security.Cryptography;
using System.Text;
using PieService.Domain.Files;

namespace PieService.Domain.Bundles;

/// <summary>Reads every file of a bundle once, and compares it with its checksum.</summary>
internal static class BundleChecksums
{
    private const int DigestCharacters = 64, SeparatorCharacters = 2;

    /// <summary>Enough for the names of all epochs that a sweep may observe.</summary>
    private const int MaxBytes = 1024 * 1024;

    /// <exception cref="UnreadableFileException">
    /// A file is damaged or missing, or is not one of those with a checksum.
    /// </exception>
    public static void Verify(BundleFile bundle, CancellationToken cancellation)
    {
        var names = bundle.Names.ToHashSet(StringComparer.Ordinal);
        if (names.Count < bundle.Names.Count)
            throw bundle.Error(BundleEntries.Checksums, "the archive has two files of the same name");
        if (names.FirstOrDefault(name => !BundleEntries.IsKnown(name)) is { } unknown)
            throw bundle.Error(unknown, "is not a file of a bundle");
        names.Remove(BundleEntries.Checksums);
        foreach (var (digest, name) in Read(bundle))
        {
            cancellation.ThrowIfCancellationRequested();
            if (!names.Remove(name))
                throw bundle.Error(
                    BundleEntries.Checksums, $"names {name}, which is not in the archive, or was named before");
            using var content = bundle.Open(name);
            if (Convert.ToHexStringLower(SHA256.HashData(content)) != digest)
                throw bundle.Error(
                    name,
                    "does not have the SHA-256 in checksums.sha256: it is damaged, or was changed after the export");
        }
        if (names.Count > 0)
            throw bundle.Error(names.Order(StringComparer.Ordinal).First(), "has no line in checksums.sha256");
    }

    private static List<(string Digest, string Name)> Read(BundleFile bundle)
    {
        if (bundle.LengthOf(BundleEntries.Checksums) > MaxBytes)
            throw bundle.Error(BundleEntries.Checksums, $"has more than {MaxBytes} bytes");
        using var reader = new StreamReader(bundle.Open(BundleEntries.Checksums), Encoding.UTF8);
        var lines = new List<(string, string)>();
        while (reader.ReadLine() is { } line)
            lines.Add(
                line.Length > DigestCharacters + SeparatorCharacters
                    && line.AsSpan(DigestCharacters, SeparatorCharacters).SequenceEqual("  ")
                    ? (line[..DigestCharacters], line[(DigestCharacters + SeparatorCharacters)..])
                    : throw bundle.Error(
                        BundleEntries.Checksums, "must have lines as sha256sum writes them", lines.Count + 1));
        return lines;
    }
}
