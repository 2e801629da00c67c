namespace PieService.Domain.Files.Parquet;

/// <summary>
/// What reading a file's pages costs: what they hold unpacked, dictionaries too, and what is read to find out where the heads before
/// them end, some kilobytes each. A megabyte can hold terabytes, or unpack to a hundred million pages that hold nothing.
/// </summary>
internal sealed class UnpackedBytes(long most)
{
    private long bytes;

    /// <exception cref="InvalidDataException">That is too much.</exception>
    public void Add(int more)
    {
        bytes += more;
        if (bytes > most) throw new InvalidDataException($"has pages that unpack to more than {most} bytes, at least 4 KiB being counted for each, the most that this service reads (its setting PIE_DATASET_FILE_MIB)");
    }
}
