namespace PieService.Domain.Diagnosis;

/// <summary>
/// Looks at the folders of a machine: whether they can be written, and how much of their disks is free.
/// </summary>
public static class FolderFindings
{
    private const long Mebi = 1024 * 1024;

    /// <param name="minFreeMib">PIE_MIN_FREE_DISK_MIB: with less, a worker takes no runs.</param>
    public static IEnumerable<Finding> Of(PieFolders folders, int minFreeMib)
    {
        yield return Written("PIE_DATA", folders.Data, minFreeMib);
        yield return Written("PIE_ARTIFACTS", folders.Artifacts, minFreeMib);
        if (folders.Vectors is { } vectors) yield return Read("PIE_VECTORS", vectors);
        if (Directory.Exists(folders.Models)) yield return Read("PIE_MODELS", folders.Models);
    }

    /// <summary>If the folder does not exist yet, its nearest existing parent is looked at.</summary>
    private static Finding Written(string setting, string folder, int minFreeMib)
    {
        var existing = folder;
        while (existing is not null && !Path.Exists(existing)) existing = Path.GetDirectoryName(existing);
        if (existing is not null && !Directory.Exists(existing))
        {
            return Finding.Problem(
                "disk", $"{setting} {folder}: {existing} is not a folder", $"set {setting} to a folder");
        }
        if (existing is null || !CanWrite(existing))
        {
            return Finding.Problem(
                "disk", $"{setting} {folder} cannot be written",
                $"allow this user to write there, or set {setting} to another folder");
        }
        var free = new DriveInfo(existing).AvailableFreeSpace / Mebi;
        return free < minFreeMib
            ? Finding.Problem(
                "disk", $"{setting} {folder}: {free} MiB are free, PIE_MIN_FREE_DISK_MIB is {minFreeMib}",
                "free space on this disk, or lower PIE_MIN_FREE_DISK_MIB")
            : Finding.Ok("disk", $"{setting} {folder}: {free} MiB free");
    }

    private static Finding Read(string setting, string folder)
    {
        try
        {
            var entries = Directory.EnumerateFileSystemEntries(folder).Count();
            return Finding.Ok("disk", $"{setting} {folder}: {entries} entries");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return Finding.Warning(
                "disk", $"{setting} {folder} cannot be read: {unreadable.Message}",
                $"create the folder or correct {setting}; runs that need its files wait");
        }
    }

    private static bool CanWrite(string folder)
    {
        try
        {
            var probe = Path.Combine(folder, Path.GetRandomFileName());
            using (File.Create(probe, 1, FileOptions.DeleteOnClose)) return true;
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
