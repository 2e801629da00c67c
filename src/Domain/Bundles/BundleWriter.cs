using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace PieService.Domain.Bundles;

/// <summary>
/// Writes the files of a bundle one after the other to a stream that need not be seekable, and their checksums last.
/// The same files give the same bytes: no entry has a time of its own.
/// </summary>
public sealed class BundleWriter : IAsyncDisposable
{
    /// <summary>The first time that a zip archive can have.</summary>
    private static readonly DateTimeOffset NoTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly DeferredWrites stream;
    private readonly ZipArchive zip;
    private readonly StringBuilder checksums = new();

    private BundleWriter(DeferredWrites stream, ZipArchive zip) => (this.stream, this.zip) = (stream, zip);

    public static async Task<BundleWriter> BeginAsync(Stream to, CancellationToken cancellation)
    {
        var stream = new DeferredWrites(to);
        return new(
            stream,
            await ZipArchive.CreateAsync(
                stream, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellation));
    }

    public Task WriteAsync<T>(string name, T value, CancellationToken cancellation) =>
        WriteAsync(name, file => file.WriteAsync(Utf8(value), cancellation).AsTask(), cancellation);

    /// <summary>Writes a JSON value in each line.</summary>
    public Task WriteLinesAsync<T>(string name, IAsyncEnumerable<T> values, CancellationToken cancellation) =>
        WriteAsync(
            name,
            async file =>
            {
                await foreach (var value in values.WithCancellation(cancellation))
                    await file.WriteAsync(Utf8(value), cancellation);
            },
            cancellation);

    /// <summary>Writes packed values: classes compress well, scores hardly.</summary>
    public Task WriteBytesAsync(
        string name, IAsyncEnumerable<byte[]> parts, bool isCompressed, CancellationToken cancellation) =>
        WriteAsync(
            name,
            async file =>
            {
                await foreach (var part in parts.WithCancellation(cancellation))
                    await file.WriteAsync(part, cancellation);
            },
            cancellation,
            isCompressed ? CompressionLevel.Fastest : CompressionLevel.NoCompression);

    public async Task FinishAsync(CancellationToken cancellation)
    {
        var all = Encoding.UTF8.GetBytes(checksums.ToString());
        await WriteAsync(
            BundleEntries.Checksums, file => file.WriteAsync(all, cancellation).AsTask(), cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await zip.DisposeAsync();
        await stream.FlushAsync();
    }

    private async Task WriteAsync(
        string name, Func<Stream, Task> write, CancellationToken cancellation,
        CompressionLevel compression = CompressionLevel.Fastest)
    {
        var entry = zip.CreateEntry(name, compression);
        entry.LastWriteTime = NoTime;
        using var sha = SHA256.Create();
        await using (var content = await entry.OpenAsync(cancellation))
        await using (var hashed = new CryptoStream(content, sha, CryptoStreamMode.Write, leaveOpen: true))
            await write(hashed);
        checksums.Append(CultureInfo.InvariantCulture, $"{Convert.ToHexStringLower(sha.Hash!)}  {name}\n");
    }

    private static byte[] Utf8<T>(T value) => [.. JsonSerializer.SerializeToUtf8Bytes(value, Json.Options), (byte)'\n'];
}
