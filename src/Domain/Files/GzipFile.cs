namespace PieService.Domain.Files;

/// <summary>The decompressed bytes of a gzip file; a file that is cut off is noticed.</summary>
public sealed class GzipFile(string path) : IDisposable
{
    private readonly SourceBytes bytes = new(new SourceFile(Path.GetFileName(path), path), long.MaxValue);

    /// <summary>Whether these are the first bytes of a gzip file.</summary>
    public static bool IsGzip(ReadOnlySpan<byte> beginning) => beginning is [0x1F, 0x8B, ..];

    /// <summary>Returns 0 at the end of the file.</summary>
    /// <exception cref="InvalidDataException">The file is damaged, cut off, or followed by other data.</exception>
    public int Read(Span<byte> destination) => bytes.Read(destination);

    public void Dispose() => bytes.Dispose();
}
