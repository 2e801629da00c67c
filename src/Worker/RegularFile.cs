namespace PieService.Worker;

/// <summary>Files of an operator's folders: what is put there in a file's place may never end, or never begin.</summary>
internal static class RegularFile
{
    /// <summary>Opens what is regular and not empty, also behind links.</summary>
    /// <exception cref="FileNotFoundException">There is none.</exception>
    /// <exception cref="InvalidDataException">It is another one.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static FileStream OpenRead(string path)
    {
        // To open a pipe waits for one who writes to it, and a device gives bytes for ever. .NET does not tell their kind, but neither
        // they nor sockets have a length.
        var file = File.ResolveLinkTarget(path, returnFinalTarget: true) is { } target ? new FileInfo(target.FullName) : new FileInfo(path);
        if (file.Length == 0) throw new InvalidDataException($"{Path.GetFileName(path)} is empty, or no regular file.");
        return new(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 1 << 16, FileOptions.SequentialScan);
    }

    /// <summary>As <see cref="OpenRead"/>, but all of it.</summary>
    public static byte[] ReadAllBytes(string path)
    {
        using var file = OpenRead(path);
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
