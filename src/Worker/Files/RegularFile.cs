namespace PieService.Worker.Files;

/// <summary>
/// Reads files of folders that an operator fills. Another kind of file in their place, such as a pipe, may block
/// forever or never end.
/// </summary>
internal static class RegularFile
{
    /// <summary>Opens a file that is regular and not empty, also through links.</summary>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">The file is of another kind, or empty.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static FileStream OpenRead(string path)
    {
        // Opening a pipe blocks until a process writes to it, and a device returns bytes without end. .NET has no
        // property for the kind of a file, but pipes, devices and sockets have the length 0.
        var file = File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target
            ? new FileInfo(target.FullName) : new FileInfo(path);
        if (file.Length == 0)
            throw new InvalidDataException($"{Path.GetFileName(path)} is empty or is not a regular file.");
        return new(
            path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, FileOptions.SequentialScan);
    }

    /// <summary>Like <see cref="OpenRead"/>, but reads the whole file.</summary>
    public static byte[] ReadAllBytes(string path)
    {
        using var file = OpenRead(path);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
