using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Worker.Models;

namespace PieService.Worker.Supervision;

/// <summary>The pretrained checkpoints that this worker can give its trainers; runs that want others are left to other workers.</summary>
public sealed class CheckpointFolder(PieFolders folders)
{
    private readonly HashSet<string> distrusted = new(StringComparer.Ordinal);

    /// <summary>By the names that recipes use: those of the folders. What is wrong within one is said to the runs that want it.</summary>
    public string[] Names()
    {
        var names = Folders().Select(folder => folder.Name).Order(StringComparer.Ordinal);
        lock (distrusted) return [.. names.Where(name => !distrusted.Contains(name))];
    }

    /// <exception cref="WorkerUnfitException">There is none of this name here any more.</exception>
    public DirectoryInfo Find(string name) =>
        Folders().FirstOrDefault(folder => folder.Name == name)
        ?? throw new WorkerUnfitException($"The checkpoint '{name}' is not in this worker's PIE_MODELS.", ModelKind.Bert, name);

    /// <summary>A checkpoint that no run of this worker may use until it is started again.</summary>
    public void Distrust(string name)
    {
        lock (distrusted) distrusted.Add(name);
    }

    /// <summary>A PIE_MODELS that cannot be read holds none. One that is still being fetched has a name that begins with a dot.</summary>
    private IReadOnlyList<DirectoryInfo> Folders()
    {
        try
        {
            return Directory.Exists(folders.Models)
                ? [.. new DirectoryInfo(folders.Models).EnumerateDirectories()
                    .Where(folder => FieldError.IsFileName(folder.Name) && File.Exists(Path.Combine(folder.FullName, BertConfig.FileName)))]
                : [];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
