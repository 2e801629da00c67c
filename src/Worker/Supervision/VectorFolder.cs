using PieService.Domain;

namespace PieService.Worker.Supervision;

/// <summary>The word vectors that this worker can give its trainers; runs that want others are left to other workers.</summary>
public sealed class VectorFolder(PieFolders folders)
{
    // Each of these after the name, in this order; the last: the name is the file's.
    private static readonly string[] Endings = [".txt", ".txt.gz", ".vec", ".vec.gz", ".gz", ""];

    private readonly HashSet<string> distrusted = new(StringComparer.Ordinal);

    /// <summary>By the names that recipes use. A folder that cannot be read holds none.</summary>
    public string[] Names()
    {
        try
        {
            if (folders.Vectors is not { } folder || !Directory.Exists(folder)) return [];
            var names = Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file))
                .SelectMany(file => Endings.Where(ending => file.Length > ending.Length && file.EndsWith(ending, StringComparison.Ordinal)).Select(ending => file[..^ending.Length]))
                .Distinct().Order(StringComparer.Ordinal);
            lock (distrusted) return [.. names.Where(name => !distrusted.Contains(name))];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <exception cref="WorkerUnfitException">There are none of this name here any more.</exception>
    public FileInfo Find(string name) =>
        Endings.Select(ending => new FileInfo(Path.Combine(folders.Vectors ?? "/nonexistent", name + ending))).FirstOrDefault(file => file.Exists)
        ?? throw new WorkerUnfitException($"The word vectors '{name}' are not in this worker's PIE_VECTORS.", name);

    /// <summary>Vectors that no run of this worker may use until it is started again.</summary>
    public void Distrust(string name)
    {
        lock (distrusted) distrusted.Add(name);
    }
}
