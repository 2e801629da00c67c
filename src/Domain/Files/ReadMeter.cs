namespace PieService.Domain.Files;

/// <summary>Counts the bytes that are read of files; one thread counts, others may look.</summary>
public sealed class ReadMeter
{
    private long bytes;

    public long Bytes => Interlocked.Read(ref bytes);

    public void Add(long count) => Interlocked.Add(ref bytes, count);
}
