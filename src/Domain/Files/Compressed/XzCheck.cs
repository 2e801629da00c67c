using System.IO.Hashing;
using System.Security.Cryptography;

namespace PieService.Domain.Files.Compressed;

/// <summary>The checksum of a block of an xz file; the file states its kind.</summary>
internal abstract class XzCheck
{
    public abstract void Append(ReadOnlySpan<byte> content);
    public abstract byte[] Value();

    /// <summary>Null if the kind is not one of the format's.</summary>
    public static XzCheck? Of(byte kind) => kind switch
    {
        0 => new None(),
        1 => new Hash(new Crc32()),
        4 => new Crc64Xz(),
        10 => new Sha(),
        _ => null,
    };

    private sealed class None : XzCheck
    {
        public override void Append(ReadOnlySpan<byte> content) { }
        public override byte[] Value() => [];
    }

    private sealed class Hash(NonCryptographicHashAlgorithm hash) : XzCheck
    {
        public override void Append(ReadOnlySpan<byte> content) => hash.Append(content);
        public override byte[] Value() => hash.GetCurrentHash();
    }

    private sealed class Sha : XzCheck
    {
        private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

        public override void Append(ReadOnlySpan<byte> content) => hash.AppendData(content);
        public override byte[] Value() => hash.GetHashAndReset();
    }

    /// <summary>The reflected CRC-64 of ECMA-182; Crc64 of System.IO.Hashing is not reflected.</summary>
    private sealed class Crc64Xz : XzCheck
    {
        private const ulong Polynomial = 0xC96C5795D7870F42;

        private static readonly ulong[] Table = [.. Enumerable.Range(0, 256).Select(Entry)];
        private ulong crc = ulong.MaxValue;

        public override void Append(ReadOnlySpan<byte> content)
        {
            foreach (var next in content) crc = Table[(byte)(crc ^ next)] ^ (crc >> 8);
        }

        public override byte[] Value() => BitConverter.GetBytes(~crc);

        private static ulong Entry(int value)
        {
            var entry = (ulong)value;
            for (var bit = 0; bit < 8; bit++) entry = (entry & 1) != 0 ? (entry >> 1) ^ Polynomial : entry >> 1;
            return entry;
        }
    }
}
