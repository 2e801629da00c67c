using PieService.Domain;
using PieService.Worker.Models;

namespace PieService.Worker.Resources;

/// <summary>Copies of the shared checkpoints in this worker's cache.</summary>
internal sealed class CheckpointCopies(PieFolders folders, TimeProvider time) : IDisposable
{
    /// <summary>A copy to which no file was added for this long is abandoned.</summary>
    private static readonly TimeSpan LongestCopy = TimeSpan.FromHours(6);

    private readonly SemaphoreSlim copying = new(1, 1);

    private string Copies => Path.Combine(folders.Cache, "checkpoints");

    /// <summary>
    /// Copies a checkpoint once, under a temporary name that is then renamed. A changed checkpoint is copied again and
    /// the earlier copies are removed; a run that has just received an earlier copy is retried.
    /// </summary>
    public async Task<DirectoryInfo> OfAsync(DirectoryInfo shared, CancellationToken cancellation)
    {
        var version = CheckpointVersion.Of(shared);
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
                foreach (var name in PretrainedBert.FilesIn(shared.FullName))
                {
                    var file = new FileInfo(Path.Combine(shared.FullName, name));
                    await CopyAsync(file, Path.Combine(unfinished, name), cancellation);
                }
                if (CheckpointVersion.Of(shared) != version) throw new IOException("it changed during the copy");
                Directory.Move(unfinished, copy);
            }
            catch (IOException) when (Directory.Exists(copy))
            {
                // Another worker with the same cache has already made the copy.
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                // Run errors are shown to clients: strip local paths.
                var shown = refused.Message.Replace(shared.FullName, shared.Name, StringComparison.Ordinal)
                    .Replace(unfinished, shared.Name, StringComparison.Ordinal);
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

    public void Dispose() => copying.Dispose();

    private static async Task CopyAsync(FileInfo file, string to, CancellationToken cancellation)
    {
        await using var source = file.OpenRead();
        await using var target = new FileStream(
            to, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
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
                    if (isOther || (IsUnfinished(found.Name, name) && found.LastWriteTimeUtc < dead))
                        found.Delete(recursive: true);
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
        folder.StartsWith(name + '.', StringComparison.Ordinal)
        && Guid.TryParseExact(folder[(name.Length + 1)..], "N", out _);
}
