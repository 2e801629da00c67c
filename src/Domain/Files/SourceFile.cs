namespace PieService.Domain.Files;

/// <summary>A file to read, in a folder that belongs to the service.</summary>
/// <param name="Name">What messages call the file.</param>
public record SourceFile(string Name, string Path)
{
    /// <summary>Counts every byte that is read of the file, each time that it is read.</summary>
    public ReadMeter? Meter { get; init; }

    /// <summary>
    /// Ends a reading at the next bytes that it asks for: what a reader passes over in a file yields no row at which
    /// the reading could end.
    /// </summary>
    public CancellationToken Cancellation { get; init; }

    public FileStream Open() => new MeteredFile(Path, Meter, Cancellation);

    private sealed class MeteredFile(string path, ReadMeter? meter, CancellationToken cancellation)
        : FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan)
    {
        public override int Read(byte[] array, int offset, int count)
        {
            cancellation.ThrowIfCancellationRequested();
            return Count(base.Read(array, offset, count));
        }

        public override int Read(Span<byte> buffer)
        {
            cancellation.ThrowIfCancellationRequested();
            return Count(base.Read(buffer));
        }

        private int Count(int read)
        {
            meter?.Add(read);
            return read;
        }
    }
}
