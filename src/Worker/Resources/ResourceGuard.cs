using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using PieService.Domain;
using PieService.Hosting;
using PieService.Worker.Machines;
using PieService.Worker.Trainers;

namespace PieService.Worker.Resources;

/// <summary>
/// The disk space and memory that a worker leaves free: if there is less, it finishes its runs and takes no new ones,
/// and frees what it can: unused files of the cache, one at each check, and idle trainers.
/// They are checked in a separate loop, since a network folder that hangs must not delay the heartbeat.
/// </summary>
public sealed class ResourceGuard(
    PieFolders folders, WorkerSettings settings, ProvenArithmetic arithmetic, TrainerPool trainers, TimeProvider time,
    ILogger<ResourceGuard> logger) : RepeatingService(BetweenLooks, time)
{
    private const long Mebi = 1024 * 1024;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<string, long> awaited = new(StringComparer.Ordinal);

    private volatile string? shortage;

    /// <summary>A message about the shortage that the last check found; null if there was none.</summary>
    public string? ShortOf => arithmetic.Problem ?? shortage
        ?? awaited.Select(wanted => ShortFor(wanted.Key, wanted.Value)).FirstOrDefault(found => found is not null);

    /// <summary>Waits until there is no shortage; if the arithmetic is wrong, waits until the worker stops.</summary>
    public async Task EnoughAsync(CancellationToken cancellation)
    {
        while ((arithmetic.Problem ?? shortage) is not null) await Task.Delay(BetweenLooks, Time, cancellation);
    }

    internal string? Look()
    {
        foreach (var (checkpoint, mebibytes) in awaited)
        {
            if (ShortFor(checkpoint, mebibytes) is null) awaited.TryRemove(checkpoint, out _);
        }
        var (disk, memory) = (DiskShortage(folders.Data), MemoryShortage());
        if (disk is not null && CachedFiles.RemoveOldest(folders.Cache, Time.GetUtcNow()) is { } removed)
            ResourceLog.RemovedFromCache(logger, removed);
        // Idle trainers keep the memory of their runs, and while there is no run nothing else ends them.
        if (memory is not null || !awaited.IsEmpty) trainers.EndIdle();
        return disk ?? DiskShortage(folders.Artifacts) ?? memory;
    }

    /// <summary>
    /// Whether runs of this checkpoint may be taken. They may not if the last check found too little memory for one.
    /// </summary>
    public bool MayTrain(string checkpoint) => !awaited.ContainsKey(checkpoint);

    public override Task LookAsync(CancellationToken cancellation)
    {
        shortage = Look();
        return Task.CompletedTask;
    }

    protected override void Log(Exception failure) => ResourceLog.LookFailed(logger, failure, nameof(ResourceGuard));

    private string? DiskShortage(string folder)
    {
        // If the folder does not exist yet, the disk of its nearest existing parent is checked.
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
            // Training continues without checkpoints.
            return null;
        }
        return free < settings.MinFreeDiskMib
            ? $"disk: {free} MiB are free in {folder}, PIE_MIN_FREE_DISK_MIB is {settings.MinFreeDiskMib}" : null;
    }

    /// <exception cref="InsufficientMemoryException">Less memory than this is available now; until there is enough,
    /// <see cref="MayTrain"/> returns false.</exception>
    public void RequireMemory(string checkpoint, long mebibytes)
    {
        if (ShortFor(checkpoint, mebibytes) is not { } found) return;
        awaited[checkpoint] = mebibytes;
        throw new InsufficientMemoryException(found);
    }

    private static string? ShortFor(string checkpoint, long mebibytes) =>
        MachineMemory.Available() / Mebi is { } free && mebibytes > free
            ? $"memory: {free} MiB are available, but to train the checkpoint '{checkpoint}' takes at least "
                + $"{mebibytes} MiB; end other processes, or set fewer PIE_SLOTS"
            : null;

    private string? MemoryShortage() => MachineMemory.Available() / Mebi is { } free && free < settings.MinFreeMemoryMib
        ? $"memory: {free} MiB are available, PIE_MIN_FREE_MEMORY_MIB is {settings.MinFreeMemoryMib}"
        : null;
}
