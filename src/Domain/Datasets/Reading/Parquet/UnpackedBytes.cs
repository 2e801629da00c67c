namespace PieService.Domain.Datasets.Reading.Parquet;

/// <summary>What a file's pages hold unpacked, empty ones and dictionaries too: a megabyte of them can hold terabytes.</summary>
internal sealed class UnpackedBytes(long most)
{
    private long bytes;

    /// <exception cref="InvalidDataException">That is too much.</exception>
    public void Add(int more)
    {
        bytes += more;
        if (bytes > most) throw new InvalidDataException($"has pages that unpack to more than {most} bytes, the most that this service reads");
    }
}
