using PieService.Domain.Files.Archives;
using PieService.Domain.Files.Compressed;

namespace PieService.Domain.Files.Arrays;

/// <summary>The arrays of an .npz file, a zip archive with a .npy file for each name.</summary>
internal sealed class NpzArrays(SourceFile file, ReadLimits limits) : IDisposable
{
    private const string Extension = ".npy";

    private readonly ZipFile zip = new(file, limits);

    public IReadOnlyList<string> Names =>
        [.. zip.Names.Where(name => name.EndsWith(Extension, StringComparison.Ordinal))
            .Select(name => name[..^Extension.Length])];

    /// <summary>The array is unpacked beside the file, so that it can be read at any place.</summary>
    /// <exception cref="UnreadableFileException">It is not an array of numbers, or the file is damaged.</exception>
    public NpyArray Open(string name)
    {
        using var content = zip.Open(name + Extension);
        return new NpyArray(Unpacked.Copy(content, file, limits), $"{file.Name}/{ColumnNames.Printable(name)}");
    }

    public void Dispose() => zip.Dispose();
}
