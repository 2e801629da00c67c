using System.Collections.Concurrent;
using System.Globalization;
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

    /// <summary>The reasons by <see cref="VersionOf"/>, since a file may have several names in recipes.</summary>
    private readonly ConcurrentDictionary<string, string> unusable = new(StringComparer.Ordinal);

    /// <summary>
    /// Returns each file once, with the names by which runs get this file, the shortest first: glove.txt.gz is glove,
    /// unless there is also a glove.txt. A folder that cannot be read has no files.
    /// </summary>
    public IReadOnlyList<(IReadOnlyList<string> Names, FileInfo File)> All()
    {
        var files = Files();
        var existing = files.Select(file => file.Name).ToHashSet(StringComparer.Ordinal);
        return [.. files.Select(file => (NamesFor(file), file))];

        IReadOnlyList<string> NamesFor(FileInfo file) =>
            [.. NamesOf(file.Name).Where(name => FileOf(name, existing.Contains) == file.Name)
                .OrderBy(name => name.Length)];
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
        FileOf(name) ?? throw new WorkerUnfitException(
            $"The word vectors '{name}' are not in this worker's PIE_VECTORS.", ModelKind.Vectors, name);

    /// <summary>
    /// Marks the file of a name, which no run of this worker may use by any of its names until the file is replaced or
    /// the worker is restarted.
    /// </summary>
    public void MarkUnusable(string name, string reason)
    {
        // A file that was removed meanwhile has no names.
        if (FileOf(name) is { } file) MarkUnusable(file, reason);
    }

    /// <param name="file">The file as it was when it was found.</param>
    public void MarkUnusable(FileInfo file, string reason) => unusable[VersionOf(file)] = reason;

    /// <summary>Returns null if no fault of the file is known.</summary>
    public string? WhyUnusable(FileInfo file) => unusable.GetValueOrDefault(VersionOf(file));

    /// <summary>Identifies the present content of a file; one that was removed has only its name.</summary>
    public static string VersionOf(FileInfo file) => !file.Exists ? file.Name : string.Create(
        CultureInfo.InvariantCulture, $"{file.Name}-{file.Length}-{file.LastWriteTimeUtc.Ticks}");

    private FileInfo? FileOf(string name) =>
        folders.Vectors is { } folder && FileOf(name, file => File.Exists(Path.Combine(folder, file))) is { } found
            ? new(Path.Combine(folder, found)) : null;
}
