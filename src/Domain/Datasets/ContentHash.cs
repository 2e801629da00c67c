using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace PieService.Domain.Datasets;

/// <summary>
/// The identity of a dataset's content: task, labels in their order, and the examples of every split (train,
/// validation, test) in their order; not its name, its ids or the format of its files. Every string and list is
/// preceded by its length, so different contents have different inputs to the hash. Tests pin it, since recipes and
/// results depend on it.
/// </summary>
public static class ContentHash
{
    /// <param name="splits">In the order train, validation, test, without empty splits.</param>
    public static string Of(LearningTask task, IReadOnlyList<string> labels, IEnumerable<SplitHash> splits)
    {
        using var hash = new Writer();
        hash.Write("pie-dataset/1");
        hash.Write(Wire.Name(task));
        hash.Write(labels.Count);
        foreach (var label in labels) hash.Write(label);
        foreach (var split in splits)
        {
            hash.Write(Wire.Name(split.Split));
            hash.Write(split.Count);
            hash.Write(split.Finish());
        }
        return "sha256:" + Convert.ToHexStringLower(hash.Finish());
    }

    /// <summary>SHA-256 of length-prefixed values; numbers are little-endian int32, strings UTF-8.</summary>
    internal sealed class Writer : IDisposable
    {
        private readonly IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public void Write(int number)
        {
            Span<byte> bytes = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32LittleEndian(bytes, number);
            sha.AppendData(bytes);
        }

        public void Write(ReadOnlySpan<byte> bytes) => sha.AppendData(bytes);

        public void Write(string text)
        {
            var buffer = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
            var length = Encoding.UTF8.GetBytes(text, buffer);
            Write(length);
            sha.AppendData(buffer, 0, length);
            ArrayPool<byte>.Shared.Return(buffer);
        }

        public byte[] Finish() => sha.GetHashAndReset();

        public void Dispose() => sha.Dispose();
    }
}

/// <summary>
/// The hash of the examples of one split in their order. Each split has its own hash, since the examples of a single
/// file come interleaved.
/// </summary>
public sealed class SplitHash(Split split) : IDisposable
{
    private readonly ContentHash.Writer hash = new();

    public Split Split { get; } = split;
    public int Count { get; private set; }

    public void Add(string text, string? secondText, params ReadOnlySpan<short> labels)
    {
        hash.Write(text);
        hash.Write(secondText is null ? 0 : 1);
        if (secondText is not null) hash.Write(secondText);
        hash.Write(labels.Length);
        foreach (var label in labels) hash.Write(label);
        Count++;
    }

    internal byte[] Finish() => hash.Finish();

    public void Dispose() => hash.Dispose();
}
