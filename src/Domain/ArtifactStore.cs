using System.Runtime.InteropServices;
using System.Text;

namespace PieService.Domain;

/// <summary>
/// The identity of the artifact folder. A row that names a file has the identity of the folder that the file is in, so
/// a worker with another folder does not look for it.
/// </summary>
public static class ArtifactStore
{
    /// <summary>
    /// The identity, which the first user of the folder creates; null if the folder cannot be reached at the moment.
    /// </summary>
    public static string? Identity(PieFolders folders)
    {
        var path = folders.ArtifactStoreFile;
        try
        {
            if (!File.Exists(path) || new FileInfo(path).Length == 0) Name(folders, path);
        }
        catch (Exception unreachable) when (unreachable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        return Existing(folders);
    }

    /// <summary>
    /// The identity; null if the folder has none, for example because it is not mounted, or cannot be reached.
    /// </summary>
    public static string? Existing(PieFolders folders)
    {
        try
        {
            return File.ReadAllText(folders.ArtifactStoreFile) is { Length: > 0 } id ? id : null;
        }
        catch (Exception unreachable) when (unreachable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Name(PieFolders folders, string path)
    {
        Directory.CreateDirectory(folders.Artifacts);
        var mine = $"{path}.{Guid.NewGuid():N}";
        try
        {
            using (var file = new FileStream(mine, FileMode.CreateNew, FileAccess.Write))
            {
                file.Write(Encoding.ASCII.GetBytes(Guid.NewGuid().ToString("N")));
                file.Flush(flushToDisk: true);
            }
            // An empty file, which a power cut may leave, is replaced.
            if (File.Exists(path) && new FileInfo(path).Length == 0) File.Move(mine, path, overwrite: true);
            // If several workers start together, the first one sets the identity. File.Move without overwrite would
            // look for the file and then replace one that was created meanwhile; a link is refused then. Not every
            // file system has links.
            else if (Link(Encoding.UTF8.GetBytes($"{mine}\0"), Encoding.UTF8.GetBytes($"{path}\0")) != 0
                && !File.Exists(path))
                File.Move(mine, path, overwrite: false);
        }
        catch (IOException) when (File.Exists(path) && new FileInfo(path).Length > 0)
        {
            // Another worker has already written the identity.
        }
        finally
        {
            File.Delete(mine);
        }
    }

    /// <summary>Gives a file a second name; -1 if there is such a name or the file system has no links.</summary>
    [DllImport("libc", EntryPoint = "link")]
    private static extern int Link(byte[] existing, byte[] name);
}
