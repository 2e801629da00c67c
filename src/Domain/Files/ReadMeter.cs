namespace PieService.Domain.Files;

/// <summary>Counts the bytes that are read from files; one thread counts, others may read the count.</summary>
public sealed class ReadMeter
{
    private long bytes;

    public long Bytes => Interlocked.Read(ref bytes);

    public void Add(long count) => Interlocked.Add(ref bytes, count);
}
