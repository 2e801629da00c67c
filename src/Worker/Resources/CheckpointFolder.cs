using System.Collections.Concurrent;
using PieService.Domain;
using PieService.Domain.Runs;

namespace PieService.Worker.Resources;

/// <summary>
/// The folders of pretrained checkpoints that this worker can read: its own, and those in the shared artifact folder,
/// which are copied before a trainer reads them. <see cref="ModelInventory"/> has their contents.
/// </summary>
public sealed class CheckpointFolder(PieFolders folders, TimeProvider time) : IDisposable
{
    private readonly CheckpointCopies copies = new(folders, time);
    private readonly ConcurrentDictionary<string, string> unusable = new(StringComparer.Ordinal);

    /// <summary>
    /// Returns each name once; the worker's own folder takes precedence over a shared one. Access to the shared folder
    /// may hang, so a heartbeat must not call this.
    /// </summary>
    public IReadOnlyList<DirectoryInfo> All() =>
        [.. In(folders.Models).Concat(In(folders.SharedModels)).DistinctBy(folder => folder.Name)
            .OrderBy(folder => folder.Name, StringComparer.Ordinal)];

    /// <returns>A folder on this machine.</returns>
    /// <exception cref="WorkerUnfitException">There is no longer a checkpoint of this name.</exception>
    /// <exception cref="IOException">A shared checkpoint cannot be copied now.</exception>
    public async Task<DirectoryInfo> FindAsync(string name, CancellationToken cancellation) =>
        Named(folders.Models, name)
        ?? (Named(folders.SharedModels, name) is { } shared ? await copies.OfAsync(shared, cancellation) : null)
        ?? throw new WorkerUnfitException(
            $"The checkpoint '{name}' is neither in this worker's PIE_MODELS nor in its PIE_ARTIFACTS/models.",
            ModelKind.Bert, name);

    public void Dispose() => copies.Dispose();

    /// <summary>Marks a checkpoint that no run of this worker may use until the worker is restarted.</summary>
    public void MarkUnusable(string name, string reason) => unusable[name] = reason;

    /// <summary>Returns null if no fault of the checkpoint is known.</summary>
    public string? WhyUnusable(string name) => unusable.GetValueOrDefault(name);

    private static DirectoryInfo? Named(string folder, string name) =>
        In(folder).FirstOrDefault(found => found.Name == name);

    /// <summary>
    /// A folder that cannot be read has no checkpoints. The name of a checkpoint that is still being downloaded begins
    /// with a dot.
    /// </summary>
    private static IReadOnlyList<DirectoryInfo> In(string folder)
    {
        try
        {
            return Directory.Exists(folder)
                ? [.. new DirectoryInfo(folder).EnumerateDirectories()
                    .Where(found => FieldError.IsFileName(found.Name))] : [];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
