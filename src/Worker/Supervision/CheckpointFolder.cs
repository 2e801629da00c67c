using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Worker.Models;

namespace PieService.Worker.Supervision;

/// <summary>
/// The folders of pretrained checkpoints that this worker can read: its own, and those in the shared artifact folder, which it copies
/// before a trainer reads them. <see cref="ModelShelf"/> knows what is in them.
/// </summary>
public sealed class CheckpointFolder(PieFolders folders)
{
    private readonly Lock copying = new();
    private readonly HashSet<string> distrusted = new(StringComparer.Ordinal);

    /// <summary>Each name once, its own folder before a shared one. The shared folder may hang: not for a heartbeat.</summary>
    public IReadOnlyList<DirectoryInfo> All() =>
        [.. In(folders.Models).Concat(In(folders.SharedModels)).DistinctBy(folder => folder.Name).OrderBy(folder => folder.Name, StringComparer.Ordinal)];

    /// <returns>A folder on this machine.</returns>
    /// <exception cref="WorkerUnfitException">There is none of this name here any more.</exception>
    /// <exception cref="IOException">A shared one cannot be copied now.</exception>
    public DirectoryInfo Find(string name) =>
        Named(folders.Models, name) ?? (Named(folders.SharedModels, name) is { } shared ? Copied(shared) : null)
        ?? throw new WorkerUnfitException($"The checkpoint '{name}' is neither in this worker's PIE_MODELS nor in models in its PIE_ARTIFACTS.", ModelKind.Bert, name);

    /// <summary>Tells apart what a folder holds now from what it held before.</summary>
    public static string Version(DirectoryInfo folder)
    {
        var files = from name in PretrainedBert.Files
                    let file = new FileInfo(Path.Combine(folder.FullName, name))
                    where file.Exists
                    select string.Create(CultureInfo.InvariantCulture, $"{name} {file.Length} {file.LastWriteTimeUtc.Ticks}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(files))))[..16];
    }

    /// <summary>A checkpoint that no run of this worker may use until it is started again.</summary>
    public void Distrust(string name)
    {
        lock (distrusted) distrusted.Add(name);
    }

    public bool IsTrusted(string name)
    {
        lock (distrusted) return !distrusted.Contains(name);
    }

    private static DirectoryInfo? Named(string folder, string name) => In(folder).FirstOrDefault(found => found.Name == name);

    /// <summary>A folder that cannot be read holds none. A checkpoint that is still being fetched has a name that begins with a dot.</summary>
    private static IReadOnlyList<DirectoryInfo> In(string folder)
    {
        try
        {
            return Directory.Exists(folder) ? [.. new DirectoryInfo(folder).EnumerateDirectories().Where(found => FieldError.IsFileName(found.Name))] : [];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Copied once, whole: into another name and renamed. What is laid there anew is another copy.</summary>
    private DirectoryInfo Copied(DirectoryInfo shared)
    {
        var version = Version(shared);
        var copy = Path.Combine(folders.Cache, "checkpoints", version, shared.Name);
        lock (copying)
        {
            if (Directory.Exists(copy)) return new(copy);
            var unfinished = $"{copy}.{Guid.NewGuid():N}";
            Directory.CreateDirectory(unfinished);
            try
            {
                foreach (var name in PretrainedBert.Files)
                {
                    if (Path.Combine(shared.FullName, name) is var file && File.Exists(file)) File.Copy(file, Path.Combine(unfinished, name));
                }
                if (Version(shared) != version) throw new IOException($"The checkpoint {shared.FullName} was changed while it was copied.");
                Directory.Move(unfinished, copy);
            }
            catch (IOException) when (Directory.Exists(copy))
            {
                // Another worker with the same cache was faster.
            }
            finally
            {
                if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
            }
            return new(copy);
        }
    }
}
