using System.Globalization;
using System.Text.RegularExpressions;
using PieService.Domain;

namespace PieService.Worker.Supervision;

/// <summary>What this worker trains on.</summary>
/// <param name="Device">auto, cpu, cuda or cuda:n, as the trainers get it.</param>
/// <param name="Slots">Runs trained at once, each in a trainer process of its own.</param>
/// <param name="Threads">CPU threads of each trainer; part of what decides a run's bits.</param>
/// <param name="Gpus">GPUs that the slots are spread over; 0 on a machine without.</param>
/// <param name="TrainerSilence">A trainer that says nothing for so long hangs, and is ended; it speaks at every batch.</param>
/// <param name="MinFreeDiskMib">With less free on the disk of its folders the worker takes nothing new.</param>
/// <param name="MinFreeMemoryMib">With less memory available it takes nothing new.</param>
public sealed partial record WorkerSettings(
    string Device, int Slots, int Threads, int Gpus, TimeSpan TrainerSilence, int MinFreeDiskMib, int MinFreeMemoryMib)
{
    /// <param name="setting">Looks up PIE_DEVICE, PIE_SLOTS, PIE_THREADS, PIE_TRAINER_SILENCE_SECONDS, PIE_MIN_FREE_…, PIE_ALLOCATOR.</param>
    /// <exception cref="FormatException">A setting has no meaning.</exception>
    public static WorkerSettings From(Func<string, string?> setting)
    {
        var device = setting("PIE_DEVICE") is { Length: > 0 } given ? given : "auto";
        if (!Devices().IsMatch(device)) throw new FormatException($"The setting PIE_DEVICE is '{device}'; it must be auto, cpu, cuda or cuda:0, cuda:1, ...");

        // A scheduler such as Slurm gives a job some of the machine's GPUs.
        var visible = setting("CUDA_VISIBLE_DEVICES") is { Length: > 0 } list ? list.Split(',', StringSplitOptions.TrimEntries) : default(string[]);
        var gpus = device switch
        {
            "cpu" => 0,
            "auto" or "cuda" when visible is not null => visible.Length,
            "auto" or "cuda" => Directory.Exists("/dev") ? Directory.EnumerateFiles("/dev").Count(file => NvidiaDevice().IsMatch(file)) : 0,
            _ => 1,
        };
        // Small recurrent networks gain nothing from a second thread, so a core is a slot; a GPU is one slot.
        var slots = Settings.Number(setting, "PIE_SLOTS", gpus > 0 ? gpus : Environment.ProcessorCount, 1, 1024);
        return new WorkerSettings(
            device, slots, Settings.Number(setting, "PIE_THREADS", Math.Max(1, Environment.ProcessorCount / slots), 1, 1024), gpus,
            TimeSpan.FromSeconds(Settings.Number(setting, "PIE_TRAINER_SILENCE_SECONDS", 600, 1, 1_000_000)),
            Settings.Number(setting, "PIE_MIN_FREE_DISK_MIB", 1024, 0, int.MaxValue),
            Settings.Number(setting, "PIE_MIN_FREE_MEMORY_MIB", 512, 0, int.MaxValue))
        { VisibleGpus = visible, Allocator = MemoryAllocator.Choose(setting("PIE_ALLOCATOR")) };
    }

    /// <summary>Of the trainers.</summary>
    public MemoryAllocator Allocator { get; private init; } = MemoryAllocator.System;

    /// <summary>What CUDA_VISIBLE_DEVICES names; null: it is not set.</summary>
    public IReadOnlyList<string>? VisibleGpus { get; private init; }

    /// <summary>Which GPU a slot may see: it is then the only one there, cuda:0. Null: leave it to the environment.</summary>
    public string? VisibleGpu(int slot) => Device switch
    {
        "auto" or "cuda" when VisibleGpus is { Count: > 0 } list => list[slot % list.Count],
        "auto" or "cuda" when Gpus > 0 => (slot % Gpus).ToString(CultureInfo.InvariantCulture),
        _ when Device.StartsWith("cuda:", StringComparison.Ordinal) => Device["cuda:".Length..],
        _ => null,
    };

    /// <summary>What a trainer is told, given that it sees one GPU at most.</summary>
    public string TrainerDevice => Device.StartsWith("cuda", StringComparison.Ordinal) ? "cuda" : Device;

    [GeneratedRegex(@"^(auto|cpu|cuda(:\d{1,3})?)$")]
    private static partial Regex Devices();

    [GeneratedRegex(@"^/dev/nvidia\d+$")]
    private static partial Regex NvidiaDevice();
}
