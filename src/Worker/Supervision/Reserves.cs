using System.Globalization;
using PieService.Domain;

namespace PieService.Worker.Supervision;

/// <summary>Disk and memory that a worker leaves free: when they run short it finishes what it has, and takes nothing new.</summary>
public sealed class Reserves(PieFolders folders, WorkerSettings settings, TimeProvider time)
{
    private const long Mebi = 1024 * 1024;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);

    /// <summary>What is short, for people; null: nothing.</summary>
    public string? ShortOf() => new[] { folders.Data, folders.Artifacts }.Distinct().Select(DiskShortage).Append(MemoryShortage()).FirstOrDefault(found => found is not null);

    /// <summary>Waits as long as something is short.</summary>
    public async Task EnoughAsync(CancellationToken cancellation)
    {
        while (ShortOf() is not null) await Task.Delay(BetweenLooks, time, cancellation);
    }

    private string? DiskShortage(string folder)
    {
        // Of a folder that is not there yet, the disk of the nearest one above it.
        var existing = folder;
        while (existing is not null && !Directory.Exists(existing)) existing = Path.GetDirectoryName(existing);
        if (existing is null) return null;
        var free = new DriveInfo(existing).AvailableFreeSpace / Mebi;
        return free < settings.MinFreeDiskMib ? $"disk: {free} MiB are free in {folder}, PIE_MIN_FREE_DISK_MIB is {settings.MinFreeDiskMib}" : null;
    }

    private string? MemoryShortage()
    {
        var line = File.ReadLines("/proc/meminfo").FirstOrDefault(line => line.StartsWith("MemAvailable:", StringComparison.Ordinal));
        if (line is null) return null;
        var free = long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
        return free < settings.MinFreeMemoryMib ? $"memory: {free} MiB are available, PIE_MIN_FREE_MEMORY_MIB is {settings.MinFreeMemoryMib}" : null;
    }
}
