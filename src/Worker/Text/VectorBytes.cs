using System.Security.Cryptography;
using PieService.Domain.Files.Compressed;
using PieService.Worker.Files;

namespace PieService.Worker.Text;

/// <summary>
/// The bytes of a file of word vectors, decompressed if its first bytes are those of gzip, and the hash of the file as
/// it is on the disk. The file is opened once and hashed while it is read: it may have 6 GB, and if it is replaced or
/// changed meanwhile, the hash must still be that of the bytes that were read.
/// </summary>
internal sealed class VectorBytes : IDisposable
{
    private readonly SHA256 hash = SHA256.Create();
    private readonly CryptoStream file;
    private readonly Stream content;

    /// <exception cref="InvalidDataException">The file is empty or is not a regular file.</exception>
    public VectorBytes(string path)
    {
        var opened = RegularFile.OpenRead(path);
        Span<byte> head = stackalloc byte[2];
        var isGzip = Gzip.Begins(head[..opened.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)]);
        var lengthWithoutZeros = isGzip ? Gzip.LengthWithoutZeros(opened) : 0;
        opened.Position = 0;
        file = new CryptoStream(opened, hash, CryptoStreamMode.Read);
        content = isGzip ? Gzip.Open(file, lengthWithoutZeros) : file;
    }

    /// <summary>Returns 0 at the end of the file.</summary>
    /// <exception cref="InvalidDataException">The gzip file is damaged or cut off.</exception>
    public int Read(Span<byte> destination) => content.Read(destination);

    /// <summary>The SHA-256 of the file's bytes, lower-case hex. Reads the rest of the file.</summary>
    public string Sha256(CancellationToken cancellation)
    {
        var buffer = new byte[1 << 20];
        while (file.Read(buffer) > 0) cancellation.ThrowIfCancellationRequested();
        return Convert.ToHexStringLower(hash.Hash!);
    }

    public void Dispose()
    {
        content.Dispose();
        file.Dispose();
        hash.Dispose();
    }
}
