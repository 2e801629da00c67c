namespace PieService.Domain.Files;

/// <summary>How much of a dataset's files has been read; one thread counts, others look.</summary>
public sealed class ReadMeter
{
    private long bytes;

    public long Bytes => Interlocked.Read(ref bytes);

    public void Add(long count) => Interlocked.Add(ref bytes, count);
}
