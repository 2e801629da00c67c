namespace PieService.Domain.Files.Parquet;

/// <summary>
/// Counts the cost of reading a file's pages: their decompressed bytes, including dictionaries, and the bytes that are
/// read to find the ends of the page headers, some kilobytes each. A megabyte can decompress to terabytes, or to a
/// hundred million empty pages.
/// </summary>
internal sealed class UnpackedBytes(long most)
{
    private long bytes;

    /// <exception cref="InvalidDataException">The limit is exceeded.</exception>
    public void Add(int more)
    {
        bytes += more;
        if (bytes > most)
            throw new InvalidDataException(
                $"has pages that decompress to more than {most} bytes, with at least 4 KiB counted for each, the " +
                "most that this service reads (its setting PIE_DATASET_FILE_MIB)");
    }
}
