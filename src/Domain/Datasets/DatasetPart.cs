namespace PieService.Domain.Datasets;

/// <summary>One uploaded file of a dataset, in a place of our own.</summary>
/// <param name="Name">Of the multipart part: <c>file</c>, or the split that it holds.</param>
public sealed record DatasetPart(string Name, string Path)
{
    /// <summary>A single file, to be divided by fractions.</summary>
    public const string Undivided = "file";

    /// <summary>Told of every byte that is read of the file, each time that it is read.</summary>
    public ReadMeter? Meter { get; init; }

    /// <summary>The split that the whole file is; null: it is to be divided.</summary>
    public Split? Split => Wire.TryParse<Split>(Name, out var split) ? split : null;

    public static bool IsName(string name) => name == Undivided || Wire.TryParse<Split>(name, out _);

    public FileStream Open() => new MeteredFile(Path, Meter);

    private sealed class MeteredFile(string path, ReadMeter? meter) : FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan)
    {
        public override int Read(byte[] array, int offset, int count) => Count(base.Read(array, offset, count));

        public override int Read(Span<byte> buffer) => Count(base.Read(buffer));

        private int Count(int read)
        {
            meter?.Add(read);
            return read;
        }
    }
}
