using System.Globalization;
using System.Text.RegularExpressions;
using PieService.Domain;

namespace PieService.Worker.Machines;

/// <summary>The devices, slots and limits of this worker.</summary>
/// <param name="Device">The device: auto, cpu, cuda or cuda:n; the trainers receive it too.</param>
/// <param name="Slots">The number of runs that are trained at once, each in its own trainer process.</param>
/// <param name="Threads">The CPU threads of each trainer; they are among the conditions that decide a run's
/// bits.</param>
/// <param name="Gpus">The number of GPUs over which the slots are spread; 0 on a machine without GPUs.</param>
/// <param name="TrainerSilence">A trainer that sends nothing for this long is considered hung and is killed; it sends a
/// heartbeat between batches.</param>
/// <param name="CheckpointInterval">The least time between two checkpoints of a run; zero means one after every
/// epoch.</param>
/// <param name="MinFreeDiskMib">With less free space on the disk of its folders the worker takes no new runs.</param>
/// <param name="MinFreeMemoryMib">With less available memory the worker takes no new runs.</param>
public sealed partial record WorkerSettings(
    string Device, int Slots, int Threads, int Gpus, TimeSpan TrainerSilence, TimeSpan CheckpointInterval,
    int MinFreeDiskMib, int MinFreeMemoryMib)
{
    /// <param name="setting">
    /// Looks up PIE_DEVICE, PIE_SLOTS, PIE_THREADS, PIE_TRAINER_SILENCE_SECONDS, PIE_CHECKPOINT_SECONDS,
    /// PIE_MIN_FREE_…, PIE_ALLOCATOR.
    /// </param>
    /// <exception cref="FormatException">A setting is not valid.</exception>
    public static WorkerSettings From(Func<string, string?> setting)
    {
        var device = setting("PIE_DEVICE") is { Length: > 0 } given ? given : "auto";
        if (!Devices().IsMatch(device))
            throw new FormatException(
                $"The setting PIE_DEVICE is '{device}'; it must be auto, cpu, cuda or cuda:0, cuda:1, ...");

        // A scheduler such as Slurm gives a job only some of the machine's GPUs.
        var visible = setting("CUDA_VISIBLE_DEVICES") is { Length: > 0 } list
            ? list.Split(',', StringSplitOptions.TrimEntries) : default(string[]);
        var gpus = device switch
        {
            "cpu" => 0,
            "auto" or "cuda" when visible is not null => visible.Length,
            "auto" or "cuda" =>
                Directory.Exists("/dev") ? Directory.EnumerateFiles("/dev").Count(file => NvidiaDevice().IsMatch(file))
                    : 0,
            _ => 1,
        };
        // A small recurrent network is not faster with a second thread, so each core is a slot; each GPU is one slot.
        var slots = Settings.Number(setting, "PIE_SLOTS", gpus > 0 ? gpus : Environment.ProcessorCount, 1, 1024);
        return new WorkerSettings(
            device, slots,
            Settings.Number(setting, "PIE_THREADS", Math.Max(1, Environment.ProcessorCount / slots), 1, 1024), gpus,
            TimeSpan.FromSeconds(Settings.Number(setting, "PIE_TRAINER_SILENCE_SECONDS", 600, 1, 1_000_000)),
            TimeSpan.FromSeconds(Settings.Number(setting, "PIE_CHECKPOINT_SECONDS", 10, 0, 1_000_000)),
            Settings.Number(setting, "PIE_MIN_FREE_DISK_MIB", 1024, 0, int.MaxValue),
            Settings.Number(setting, "PIE_MIN_FREE_MEMORY_MIB", 512, 0, int.MaxValue))
        { VisibleGpus = visible, Allocator = MemoryAllocator.Choose(setting("PIE_ALLOCATOR")) };
    }

    /// <summary>The memory allocator of the trainers.</summary>
    public MemoryAllocator Allocator { get; private init; } = MemoryAllocator.System;

    /// <summary>The GPUs in CUDA_VISIBLE_DEVICES; null if the variable is not set.</summary>
    public IReadOnlyList<string>? VisibleGpus { get; private init; }

    /// <summary>
    /// The GPU that is visible to a slot's trainer, as its only GPU, cuda:0; null to leave the choice to the
    /// environment.
    /// </summary>
    public string? VisibleGpu(int slot) => Device switch
    {
        "auto" or "cuda" when VisibleGpus is { Count: > 0 } list => list[slot % list.Count],
        "auto" or "cuda" when Gpus > 0 => (slot % Gpus).ToString(CultureInfo.InvariantCulture),
        _ when Device.StartsWith("cuda:", StringComparison.Ordinal) => Device["cuda:".Length..],
        _ => null,
    };

    /// <summary>The device of a trainer, to which at most one GPU is visible.</summary>
    public string TrainerDevice => Device.StartsWith("cuda", StringComparison.Ordinal) ? "cuda" : Device;

    [GeneratedRegex(@"^(auto|cpu|cuda(:\d{1,3})?)$")]
    private static partial Regex Devices();

    [GeneratedRegex(@"^/dev/nvidia\d+$")]
    private static partial Regex NvidiaDevice();
}
