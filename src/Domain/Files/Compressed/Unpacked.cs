using PieService.Domain.Files.Archives;

namespace PieService.Domain.Files.Compressed;

/// <summary>
/// A file that can be read at any offset: the file itself or, if it is compressed or in an archive, a decompressed copy
/// that is deleted when it is closed.
/// </summary>
internal static class Unpacked
{
    /// <exception cref="UnreadableFileException">The file is too long, or the compressed file is damaged.</exception>
    public static FileStream Open(SourceFile file, ReadLimits limits)
    {
        if (Packings.Of(file) == Packing.None)
        {
            return new FileInfo(file.Path).Length <= limits.FileBytes
                ? file.Open()
                : throw new UnreadableFileException(
                    file.Name, null, null,
                    $"the file has more than {limits.FileBytes} bytes, the most that this service reads");
        }
        using var source = new SourceBytes(file, ArchiveLimits.UnpackedBytes(file, limits));
        return Copy(source, file);
    }

    /// <summary>A copy of a file in an archive, beside the archive.</summary>
    /// <exception cref="UnreadableFileException">The file is too long, or the archive is damaged.</exception>
    public static FileStream Copy(Stream content, SourceFile archive, ReadLimits limits)
    {
        using var source = new SourceBytes(content, limits.OfFile);
        return Copy(source, archive);
    }

    private static FileStream Copy(SourceBytes source, SourceFile file)
    {
        var copy = new FileStream(
            $"{file.Path}.unpacked-{Guid.NewGuid():N}", FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None,
            bufferSize: 4096, FileOptions.DeleteOnClose);
        try
        {
            var block = new byte[64 * 1024];
            for (int read; (read = source.Read(block)) > 0;) copy.Write(block, 0, read);
            return copy;
        }
        catch (InvalidDataException damage)
        {
            copy.Dispose();
            throw new UnreadableFileException(file.Name, null, null, damage.Message);
        }
        catch
        {
            copy.Dispose();
            throw;
        }
    }
}
