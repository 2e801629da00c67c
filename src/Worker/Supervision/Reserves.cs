using Microsoft.Extensions.Hosting;
using PieService.Domain;

namespace PieService.Worker.Supervision;

/// <summary>
/// Disk and memory that a worker leaves free: when they run short it finishes what it has, and takes nothing new. Looked at
/// in a loop of its own, since a network folder that hangs must not hold up the heartbeat.
/// </summary>
public sealed class Reserves(PieFolders folders, WorkerSettings settings, TimeProvider time) : BackgroundService
{
    private const long Mebi = 1024 * 1024;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    private volatile string? shortage;

    /// <summary>What was short at the last look, for people; null: nothing.</summary>
    public string? ShortOf => shortage;

    /// <summary>Waits as long as something is short.</summary>
    public async Task EnoughAsync(CancellationToken cancellation)
    {
        while (shortage is not null) await Task.Delay(BetweenLooks, time, cancellation);
    }

    internal string? Look() =>
        new[] { folders.Data, folders.Artifacts }.Distinct().Select(DiskShortage).Append(MemoryShortage()).FirstOrDefault(found => found is not null);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Not on the thread that starts the services: the first look may hang as well as any other.
        await Task.Yield();
        using var timer = new PeriodicTimer(BetweenLooks, time);
        do shortage = Look();
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private string? DiskShortage(string folder)
    {
        // Of a folder that is not there yet, the disk of the nearest one above it.
        var existing = folder;
        while (existing is not null && !Directory.Exists(existing)) existing = Path.GetDirectoryName(existing);
        if (existing is null) return null;
        long free;
        try
        {
            free = new DriveInfo(existing).AvailableFreeSpace / Mebi;
        }
        catch (Exception unreachable) when (unreachable is IOException or UnauthorizedAccessException)
        {
            // Training goes on without checkpoints.
            return null;
        }
        return free < settings.MinFreeDiskMib ? $"disk: {free} MiB are free in {folder}, PIE_MIN_FREE_DISK_MIB is {settings.MinFreeDiskMib}" : null;
    }

    /// <exception cref="InsufficientMemoryException">There is not as much available.</exception>
    public static void RequireMemory(long mebibytes, string purpose)
    {
        if (MachineMemory.Available() / Mebi is { } free && mebibytes > free)
        {
            throw new InsufficientMemoryException(
                $"{purpose} this worker needs at least {mebibytes} MiB of memory, {free} MiB are available: use a smaller checkpoint, a machine with more, or fewer PIE_SLOTS.");
        }
    }

    private string? MemoryShortage() => MachineMemory.Available() / Mebi is { } free && free < settings.MinFreeMemoryMib
        ? $"memory: {free} MiB are available, PIE_MIN_FREE_MEMORY_MIB is {settings.MinFreeMemoryMib}"
        : null;
}
