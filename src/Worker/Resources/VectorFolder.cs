using System.Collections.Concurrent;
using PieService.Domain;
using PieService.Domain.Runs;

namespace PieService.Worker.Resources;

/// <summary>
/// The word vectors that this worker has for its trainers; other workers take the runs that need others.
/// </summary>
public sealed class VectorFolder(PieFolders folders)
{
    // The extensions that may follow the name. If several files have one name, the first of this order is used; with
    // the empty one, the name is the file's name.
    private static readonly string[] Endings = ["", ".txt", ".txt.gz", ".vec", ".vec.gz", ".gz"];

    private readonly ConcurrentDictionary<string, string> unusable = new(StringComparer.Ordinal);

    /// <summary>The names, as recipes use them. A folder that cannot be read has none.</summary>
    public string[] Names() =>
        [.. Files().SelectMany(file => NamesOf(file.Name)).Distinct().Where(name => !unusable.ContainsKey(name))
            .Order(StringComparer.Ordinal)];

    /// <summary>
    /// Returns each file once, under the shortest name by which runs get this file: glove.txt.gz is glove, unless there
    /// is also a glove.txt.
    /// </summary>
    public IReadOnlyList<(string Name, FileInfo File)> All()
    {
        var files = Files();
        var existing = files.Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        return
        [
            .. from file in files
               select (NamesOf(file.Name).Where(name => FileOf(name, existing.Contains) == file.Name)
                   .MinBy(name => name.Length)!, file),
        ];
    }

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

    /// <summary>The name of the file that a name means; null if there is none.</summary>
    private static string? FileOf(string name, Func<string, bool> exists) =>
        Endings.Select(ending => name + ending).FirstOrDefault(exists);

    /// <exception cref="WorkerUnfitException">There are no longer vectors of this name.</exception>
    public FileInfo Find(string name) =>
        folders.Vectors is { } folder && FileOf(name, file => File.Exists(Path.Combine(folder, file))) is { } found
            ? new(Path.Combine(folder, found))
            : throw new WorkerUnfitException(
                $"The word vectors '{name}' are not in this worker's PIE_VECTORS.", ModelKind.Vectors, name);

    /// <summary>Marks vectors that no run of this worker may use until the worker is restarted.</summary>
    public void MarkUnusable(string name, string reason) => unusable[name] = reason;

    /// <summary>Returns null if no fault of the vectors is known.</summary>
    public string? WhyUnusable(string name) => unusable.GetValueOrDefault(name);
}
