using PieService.Domain.Files.Compressed;

namespace PieService.Domain.Files.Arrays;

/// <summary>
/// An array in NumPy's format, whose items are read at any place in the file; no more than the items that are asked for
/// are in memory.
/// </summary>
internal sealed class NpyArray : IDisposable
{
    private readonly FileStream file;
    private readonly byte[] block = new byte[64 * 1024];

    /// <param name="file">The content; closed with the array.</param>
    /// <param name="name">The name for messages.</param>
    /// <exception cref="UnreadableFileException">The file is not an array of numbers, or has another length than its
    /// header states.</exception>
    public NpyArray(FileStream file, string name)
    {
        (this.file, Name) = (file, name);
        try
        {
            file.Position = 0;
            Header = NpyHeader.Read(file);
            RequireLength();
        }
        catch (InvalidDataException fault)
        {
            file.Dispose();
            throw new UnreadableFileException(name, null, null, fault.Message);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public string Name { get; }

    public NpyHeader Header { get; }

    /// <exception cref="UnreadableFileException">The file is not an array of numbers.</exception>
    public static NpyArray Open(SourceFile file, ReadLimits limits) => new(Unpacked.Open(file, limits), file.Name);

    /// <summary>Reads consecutive items.</summary>
    /// <param name="first">The index of the first item in the order of the file.</param>
    public void Read(long first, Span<double> into)
    {
        var size = Header.Type.Bytes;
        file.Position = Header.Start + (first * size);
        while (into.Length > 0)
        {
            var count = Math.Min(into.Length, block.Length / size);
            file.ReadExactly(block, 0, count * size);
            for (var i = 0; i < count; i++) into[i] = Header.Type.Read(block.AsSpan(i * size, size));
            into = into[count..];
        }
    }

    public void Dispose() => file.Dispose();

    /// <summary>The product of the sides may exceed 64 bits, so the length is divided instead.</summary>
    private void RequireLength()
    {
        var rest = (file.Length - Header.Start) / Header.Type.Bytes;
        var isShorter = false;
        if (!Header.Shape.Contains(0))
        {
            var product = 1L;
            foreach (var side in Header.Shape)
            {
                isShorter |= product > rest / side;
                if (isShorter) break;
                product *= side;
            }
        }
        if (isShorter) throw new InvalidDataException("is shorter than its header says; is the upload complete?");
        if (file.Length - Header.Start != Header.Items * Header.Type.Bytes)
            throw new InvalidDataException("is longer than its header says; save one array in each file");
    }
}
