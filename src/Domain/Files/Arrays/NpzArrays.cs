using PieService.Domain.Files.Archives;
using PieService.Domain.Files.Compressed;

namespace PieService.Domain.Files.Arrays;

/// <summary>The arrays of an .npz file, a zip archive with a .npy file for each name.</summary>
internal sealed class NpzArrays : IDisposable
{
    private const string Extension = ".npy";

    private readonly SourceFile file;
    private readonly ReadLimits limits;
    private readonly ZipFile zip;

    /// <exception cref="UnreadableFileException">The file is damaged, or has two arrays of one name.</exception>
    public NpzArrays(SourceFile file, ReadLimits limits)
    {
        (this.file, this.limits, zip) = (file, limits, new ZipFile(file, limits));
        Names = [.. zip.Names.Where(name => name.EndsWith(Extension, StringComparison.Ordinal))
            .Select(name => name[..^Extension.Length])];
        // NumPy reads the last of them, other readers the first.
        if (Names.CountBy(name => name).FirstOrDefault(name => name.Value > 1) is { Key: { } twice })
        {
            zip.Dispose();
            throw new UnreadableFileException(
                file.Name, null, null, $"has several arrays '{ColumnNames.Printable(twice)}'; keep one of them");
        }
    }

    public IReadOnlyList<string> Names { get; }

    /// <summary>The array is unpacked beside the file, so that it can be read at any place.</summary>
    /// <exception cref="UnreadableFileException">It is not an array of numbers, or the file is damaged.</exception>
    public NpyArray Open(string name)
    {
        using var content = zip.Open(name + Extension);
        return new NpyArray(Unpacked.Copy(content, file, limits), $"{file.Name}/{ColumnNames.Printable(name)}");
    }

    public void Dispose() => zip.Dispose();
}
