using System.Security.Cryptography;
using PieService.Domain.Files;
using PieService.Worker.Files;

namespace PieService.Worker.Text;

/// <summary>
/// The bytes of a file of word vectors, decompressed if its first bytes are those of gzip, and the hash of the file as
/// it is on the disk. A plain file may have 6 GB, so it is hashed while it is read; a compressed one is read again.
/// </summary>
internal sealed class VectorBytes : IDisposable
{
    private readonly FileStream file;
    private readonly GzipFile? gzip;
    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <exception cref="InvalidDataException">The file is empty or is not a regular file.</exception>
    public VectorBytes(string path)
    {
        file = RegularFile.OpenRead(path);
        Span<byte> beginning = stackalloc byte[2];
        var read = file.ReadAtLeast(beginning, beginning.Length, throwOnEndOfStream: false);
        file.Position = 0;
        if (GzipFile.IsGzip(beginning[..read])) gzip = new(path);
    }

    /// <summary>Returns 0 at the end of the file.</summary>
    /// <exception cref="InvalidDataException">The gzip file is damaged or cut off.</exception>
    public int Read(Span<byte> destination) => gzip?.Read(destination) ?? ReadFile(destination);

    /// <summary>The SHA-256 of the file's bytes, lower-case hex. Reads the rest of the file.</summary>
    public string Sha256(CancellationToken cancellation)
    {
        var buffer = new byte[1 << 20];
        while (ReadFile(buffer) > 0) cancellation.ThrowIfCancellationRequested();
        return Convert.ToHexStringLower(hash.GetCurrentHash());
    }

    public void Dispose()
    {
        gzip?.Dispose();
        file.Dispose();
        hash.Dispose();
    }

    private int ReadFile(Span<byte> destination)
    {
        var read = file.Read(destination);
        hash.AppendData(destination[..read]);
        return read;
    }
}
