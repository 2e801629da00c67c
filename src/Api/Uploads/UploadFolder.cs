namespace PieService.Api.Uploads;

/// <summary>
/// The files of one upload. They are deleted on disposal, or with the next upload if this process was killed.
/// </summary>
public sealed class UploadFolder : IDisposable
{
    private const string LockName = "lock";

    /// <summary>
    /// A folder exists before it is locked; in between, another upload of this process would treat it as abandoned.
    /// </summary>
    private static readonly Lock Opening = new();

    /// <summary>
    /// A lock that is held while the folder is in use; the operating system releases it even if the process is killed.
    /// </summary>
    private readonly FileStream inUse;

    private bool isHandedOver;

    public UploadFolder(UploadSettings settings)
    {
        FullPath = Path.Combine(settings.Folder, Guid.NewGuid().ToString("N"));
        lock (Opening)
        {
            CreatePrivate(settings.Folder);
            RemoveAbandoned(settings.Folder);
            CreatePrivate(FullPath);
            inUse = new FileStream(PathOf(LockName), FileMode.CreateNew, FileAccess.Write, FileShare.None);
        }
    }

    private UploadFolder(string path, FileStream inUse) => (FullPath, this.inUse) = (path, inUse);

    public string FullPath { get; }

    public string PathOf(string part) => Path.Combine(FullPath, part);

    /// <summary>Returns the same folder with a longer lifetime: disposal of this object no longer deletes it.</summary>
    public UploadFolder HandOver()
    {
        isHandedOver = true;
        return new UploadFolder(FullPath, inUse);
    }

    public void Dispose()
    {
        if (isHandedOver) return;
        Directory.Delete(FullPath, recursive: true);
        inUse.Dispose();
    }

    private static void CreatePrivate(string folder)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(folder);
        else Directory.CreateDirectory(
            folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private static void RemoveAbandoned(string uploads)
    {
        foreach (var folder in Directory.GetDirectories(uploads))
        {
            try
            {
                using (new FileStream(Path.Combine(folder, LockName), FileMode.Open, FileAccess.Write, FileShare.None))
                    Directory.Delete(folder, recursive: true);
            }
            catch (Exception taken) when (taken is IOException or UnauthorizedAccessException)
            {
                // The folder is in use, or was just deleted.
            }
        }
    }
}
