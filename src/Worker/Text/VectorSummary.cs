using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace PieService.Worker.Text;

/// <summary>The content of a file of word vectors, in numbers.</summary>
/// <param name="Words">The number of vectors, with those of words that occur again.</param>
/// <param name="Dimensions">D.</param>
/// <param name="Duplicates">The number of vectors whose word occurs on an earlier line; they are not used.</param>
/// <param name="Sha256">The hash of the file's bytes on the disk, lower-case hex.</param>
internal sealed record VectorSummary(long Words, int Dimensions, long Duplicates, string Sha256)
{
    /// <summary>Reads a whole file.</summary>
    /// <exception cref="InvalidDataException">A line is malformed, or there are no vectors; the message names the file
    /// and the line.</exception>
    public static VectorSummary Read(string path, CancellationToken cancellation)
    {
        using var file = new GloveFile(path);
        // Words are compared by 64 bits of a hash, since the words of a large file would take some 200 MB: that two of
        // 10 million words have the same bits has a probability of 3 in a million.
        var (words, known) = (0L, new HashSet<ulong>());
        while (file.Next(cancellation))
        {
            words++;
            known.Add(HashOf(file.Word));
        }
        return words > 0
            ? new(words, file.Dimensions, words - known.Count, file.Sha256(cancellation))
            : throw new InvalidDataException($"{path} holds no vectors.");
    }

    private static ulong HashOf(ReadOnlySpan<char> word)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(MemoryMarshal.AsBytes(word), hash);
        return BinaryPrimitives.ReadUInt64LittleEndian(hash);
    }
}
