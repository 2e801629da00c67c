namespace PieService.Domain.Files;

/// <summary>A file to read, in a folder that belongs to the service.</summary>
/// <param name="Name">The name of the file in messages.</param>
public record SourceFile(string Name, string Path)
{
    /// <summary>Counts every byte that is read from the file, in each reading.</summary>
    public ReadMeter? Meter { get; init; }

    /// <summary>
    /// Ends a reading when it next reads bytes: while a reader skips content, it yields no row at which the reading
    /// could end.
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
