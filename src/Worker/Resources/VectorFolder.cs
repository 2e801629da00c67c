using System.Collections.Concurrent;
using PieService.Domain;
using PieService.Domain.Runs;

namespace PieService.Worker.Resources;

/// <summary>
/// The word vectors that this worker has for its trainers; other workers take the runs that need others.
/// </summary>
public sealed class VectorFolder(PieFolders folders)
{
    // The extensions that may follow the name, in this order; with the last, empty one the name is the file's name.
    private static readonly string[] Endings = [".txt", ".txt.gz", ".vec", ".vec.gz", ".gz", ""];

    private readonly ConcurrentDictionary<string, string> unusable = new(StringComparer.Ordinal);

    /// <summary>The names, as recipes use them. A folder that cannot be read has none.</summary>
    public string[] Names() =>
        [.. Files().SelectMany(file => NamesOf(file.Name)).Distinct().Where(name => !unusable.ContainsKey(name))
            .Order(StringComparer.Ordinal)];

    /// <summary>Returns each file once, under its shortest name: glove.txt.gz is glove.</summary>
    public IReadOnlyList<(string Name, FileInfo File)> ByShortestName() =>
        [.. Files().Select(file => (NamesOf(file.Name).MinBy(name => name.Length)!, file))
            .DistinctBy(named => named.Item1)];

    private IReadOnlyList<FileInfo> Files()
    {
        try
        {
            return folders.Vectors is { } folder && Directory.Exists(folder)
                ? [.. new DirectoryInfo(folder).EnumerateFiles().OrderBy(file => file.Name, StringComparer.Ordinal)]
                : [];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    private static IEnumerable<string> NamesOf(string file) =>
        from ending in Endings
        where file.Length > ending.Length && file.EndsWith(ending, StringComparison.Ordinal)
        select file[..^ending.Length];

    /// <exception cref="WorkerUnfitException">There are no longer vectors of this name.</exception>
    public FileInfo Find(string name) =>
        Endings.Select(ending => new FileInfo(Path.Combine(folders.Vectors ?? "/nonexistent", name + ending)))
            .FirstOrDefault(file => file.Exists)
        ?? throw new WorkerUnfitException(
            $"The word vectors '{name}' are not in this worker's PIE_VECTORS.", ModelKind.Vectors, name);

    /// <summary>Marks vectors that no run of this worker may use until the worker is restarted.</summary>
    public void MarkUnusable(string name, string reason) => unusable[name] = reason;

    /// <summary>Returns null if no fault of the vectors is known.</summary>
    public string? WhyUnusable(string name) => unusable.GetValueOrDefault(name);
}
