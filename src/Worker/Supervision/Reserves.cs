using System.Collections.Concurrent;
using Microsoft.Extensions.Hosting;
using PieService.Domain;

namespace PieService.Worker.Supervision;

/// <summary>
/// Disk and memory that a worker leaves free: when they run short it finishes what it has, and takes nothing new. Looked at
/// in a loop of its own, since a network folder that hangs must not hold up the heartbeat.
/// </summary>
public sealed class Reserves(PieFolders folders, WorkerSettings settings, ProvenArithmetic arithmetic, TimeProvider time) : BackgroundService
{
    private const long Mebi = 1024 * 1024;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, long> awaited = new(StringComparer.Ordinal);

    private volatile string? shortage;

    /// <summary>What was short at the last look, for people; null: nothing.</summary>
    public string? ShortOf => arithmetic.Problem ?? shortage ?? awaited.Select(wanted => ShortFor(wanted.Key, wanted.Value)).FirstOrDefault(found => found is not null);

    /// <summary>Waits as long as something is short; without right arithmetic to the end.</summary>
    public async Task EnoughAsync(CancellationToken cancellation)
    {
        while ((arithmetic.Problem ?? shortage) is not null) await Task.Delay(BetweenLooks, time, cancellation);
    }

    internal string? Look()
    {
        foreach (var (checkpoint, mebibytes) in awaited)
        {
            if (ShortFor(checkpoint, mebibytes) is null) awaited.TryRemove(checkpoint, out _);
        }
        return new[] { folders.Data, folders.Artifacts }.Distinct().Select(DiskShortage).Append(MemoryShortage()).FirstOrDefault(found => found is not null);
    }

    /// <summary>Whether runs of this checkpoint may be taken: not while there was too little memory for one at the last look.</summary>
    public bool MayTrain(string checkpoint) => !awaited.ContainsKey(checkpoint);

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

    /// <exception cref="InsufficientMemoryException">There is not as much available now; until there is, <see cref="MayTrain"/> says no.</exception>
    public void RequireMemory(string checkpoint, long mebibytes)
    {
        if (ShortFor(checkpoint, mebibytes) is not { } found) return;
        awaited[checkpoint] = mebibytes;
        throw new InsufficientMemoryException(found);
    }

    private static string? ShortFor(string checkpoint, long mebibytes) => MachineMemory.Available() / Mebi is { } free && mebibytes > free
        ? $"memory: {free} MiB are available, to train the checkpoint '{checkpoint}' takes at least {mebibytes} MiB; what else runs may end, or set fewer PIE_SLOTS"
        : null;

    private string? MemoryShortage() => MachineMemory.Available() / Mebi is { } free && free < settings.MinFreeMemoryMib
        ? $"memory: {free} MiB are available, PIE_MIN_FREE_MEMORY_MIB is {settings.MinFreeMemoryMib}"
        : null;
}
