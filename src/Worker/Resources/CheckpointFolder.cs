using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Worker.Models;

namespace PieService.Worker.Resources;

/// <summary>
/// The folders of pretrained checkpoints that this worker can read: its own, and those in the shared artifact folder,
/// which are copied before a trainer reads them. <see cref="ModelShelf"/> knows what they contain.
/// </summary>
public sealed class CheckpointFolder(PieFolders folders, TimeProvider time) : IDisposable
{
    /// <summary>A copy to which no file was added for this long is abandoned.</summary>
    private static readonly TimeSpan LongestCopy = TimeSpan.FromHours(6);

    private readonly SemaphoreSlim copying = new(1, 1);
    private readonly ConcurrentDictionary<string, string> distrusted = new(StringComparer.Ordinal);

    /// <summary>
    /// Returns each name once; the worker's own folder takes precedence over a shared one. Access to the shared folder
    /// may hang, so a heartbeat must not call this.
    /// </summary>
    public IReadOnlyList<DirectoryInfo> All() =>
        [.. In(folders.Models).Concat(In(folders.SharedModels)).DistinctBy(folder => folder.Name).OrderBy(folder => folder.Name, StringComparer.Ordinal)];

    /// <returns>A folder on this machine.</returns>
    /// <exception cref="WorkerUnfitException">There is no checkpoint of this name any more.</exception>
    /// <exception cref="IOException">A shared checkpoint cannot be copied now.</exception>
    public async Task<DirectoryInfo> FindAsync(string name, CancellationToken cancellation) =>
        Named(folders.Models, name) ?? (Named(folders.SharedModels, name) is { } shared ? await CopiedAsync(shared, cancellation) : null)
        ?? throw new WorkerUnfitException($"The checkpoint '{name}' is neither in this worker's PIE_MODELS nor in models in its PIE_ARTIFACTS.", ModelKind.Bert, name);

    public void Dispose() => copying.Dispose();

    /// <summary>Identifies the present content of a folder, so that a change of the content is noticed.</summary>
    public static string Version(DirectoryInfo folder)
    {
        var files = from name in PretrainedBert.Files
                    let file = new FileInfo(Path.Combine(folder.FullName, name))
                    where file.Exists
                    select string.Create(CultureInfo.InvariantCulture, $"{name} {file.Length} {file.LastWriteTimeUtc.Ticks}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(files))))[..16];
    }

    /// <summary>Marks a checkpoint that no run of this worker may use until the worker is restarted.</summary>
    public void Distrust(string name, string reason) => distrusted[name] = reason;

    /// <summary>Returns null if no fault of the checkpoint is known.</summary>
    public string? WhyDistrusted(string name) => distrusted.GetValueOrDefault(name);

    private static DirectoryInfo? Named(string folder, string name) => In(folder).FirstOrDefault(found => found.Name == name);

    /// <summary>
    /// A folder that cannot be read has no checkpoints. The name of a checkpoint that is still being fetched begins
    /// with a dot.
    /// </summary>
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

    /// <summary>
    /// Copies a checkpoint once, under another name that is then renamed. A changed checkpoint becomes another copy and
    /// the earlier ones are removed; a run that was just given one of those is tried again.
    /// </summary>
    private async Task<DirectoryInfo> CopiedAsync(DirectoryInfo shared, CancellationToken cancellation)
    {
        var version = Version(shared);
        var copy = Path.Combine(Copies, version, shared.Name);
        await copying.WaitAsync(cancellation);
        try
        {
            if (Directory.Exists(copy)) return new(copy);
            RemoveOthers(shared.Name, version);
            var unfinished = $"{copy}.{Guid.NewGuid():N}";
            Directory.CreateDirectory(unfinished);
            try
            {
                foreach (var name in PretrainedBert.Files)
                {
                    var file = new FileInfo(Path.Combine(shared.FullName, name));
                    if (file.Exists) await CopyAsync(file, Path.Combine(unfinished, name), cancellation);
                }
                if (Version(shared) != version) throw new IOException("it was changed meanwhile");
                Directory.Move(unfinished, copy);
            }
            catch (IOException) when (Directory.Exists(copy))
            {
                // Another worker with the same cache was faster.
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                // Run errors are shown to clients: strip local paths.
                var shown = refused.Message.Replace(shared.FullName, shared.Name, StringComparison.Ordinal).Replace(unfinished, shared.Name, StringComparison.Ordinal);
                throw new IOException($"The checkpoint '{shared.Name}' cannot be copied now: {shown}", refused);
            }
            finally
            {
                if (Directory.Exists(unfinished)) Directory.Delete(unfinished, recursive: true);
            }
            return new(copy);
        }
        finally
        {
            copying.Release();
        }
    }

    private static async Task CopyAsync(FileInfo file, string to, CancellationToken cancellation)
    {
        await using var source = file.OpenRead();
        await using var target = new FileStream(to, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
        var buffer = new byte[1024 * 1024];
        // A file that grows while it is copied must not fill the disk.
        while (target.Length <= file.Length && await source.ReadAsync(buffer, cancellation) is > 0 and var read)
            await target.WriteAsync(buffer.AsMemory(0, read), cancellation);
    }

    /// <summary>
    /// Removes other versions of a checkpoint and abandoned copies; copies that another worker is writing into the same
    /// cache continue.
    /// </summary>
    private void RemoveOthers(string name, string version)
    {
        if (!Directory.Exists(Copies)) return;
        var dead = time.GetUtcNow().UtcDateTime - LongestCopy;
        try
        {
            foreach (var place in new DirectoryInfo(Copies).GetDirectories())
            {
                foreach (var found in place.GetDirectories())
                {
                    var isOther = found.Name == name && place.Name != version;
                    if (isOther || (IsUnfinished(found.Name, name) && found.LastWriteTimeUtc < dead)) found.Delete(recursive: true);
                }
                if (place.Name != version && !place.EnumerateFileSystemInfos().Any()) place.Delete();
            }
        }
        catch (Exception later) when (later is IOException or UnauthorizedAccessException)
        {
            // Another worker with the same cache does the same; the next copy removes what is left.
        }
    }

    private static bool IsUnfinished(string folder, string name) =>
        folder.StartsWith(name + '.', StringComparison.Ordinal) && Guid.TryParseExact(folder[(name.Length + 1)..], "N", out _);

    private string Copies => Path.Combine(folders.Cache, "checkpoints");
}
