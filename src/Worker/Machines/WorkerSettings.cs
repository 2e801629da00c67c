using System.Text.RegularExpressions;
using PieService.Domain;
using PieService.Domain.Runs;

namespace PieService.Worker.Machines;

/// <summary>The devices, slots and limits of this worker.</summary>
/// <param name="Device">The setting PIE_DEVICE, auto by default.</param>
/// <param name="Threads">The CPU threads of each trainer; they are among the conditions that decide a run's
/// bits.</param>
/// <param name="TrainerSilence">A trainer that sends nothing for this long is considered hung and is killed; it sends a
/// heartbeat between batches.</param>
/// <param name="CheckpointInterval">The least time between two checkpoints of a run; zero means one after every
/// epoch.</param>
/// <param name="MinFreeDiskMib">With less free space on the disk of its folders the worker takes no new runs.</param>
/// <param name="MinFreeMemoryMib">With less available memory the worker takes no new runs.</param>
public sealed partial record WorkerSettings(
    string Device, int Threads, TimeSpan TrainerSilence, TimeSpan CheckpointInterval, int MinFreeDiskMib,
    int MinFreeMemoryMib)
{
    private const int MostSlots = 1024;

    /// <summary>The number of runs that are trained at once, each in its own trainer process.</summary>
    public int Slots => Devices.Sum(device => device.Places);

    /// <summary>The devices; the slots are numbered in their order.</summary>
    internal IReadOnlyList<TrainingDevice> Devices { get; private init; } = [];

    /// <summary>The memory allocator of the trainers.</summary>
    public MemoryAllocator Allocator { get; private init; } = MemoryAllocator.System;

    /// <summary>The tensor library of the trainers.</summary>
    internal TorchLibrary Library { get; private init; } = new(AppContext.BaseDirectory);

    /// <summary>Whether the GPUs are shared by NVIDIA's Multi-Process Service.</summary>
    public bool Mps { get; private init; }

    /// <summary>The type of the devices, which are all of one type: cpu or cuda.</summary>
    public string DeviceType => IsGpu ? ComputeDevice.Cuda : ComputeDevice.Cpu;

    /// <summary>The names of the devices, such as cpu, or cuda:0, cuda:1; one of each for all parts of a GPU.</summary>
    public string DeviceNames => string.Join(", ", Devices.Select(device => device.Name).Distinct());

    /// <summary>Whether the runs are trained on GPUs.</summary>
    public bool IsGpu => Devices[0].Gpu is not null;

    /// <param name="setting">
    /// Looks up PIE_DEVICE, CUDA_VISIBLE_DEVICES, PIE_SLOTS, PIE_SLOTS_PER_GPU, PIE_THREADS, PIE_LIBTORCH,
    /// PIE_TRAINER_SILENCE_SECONDS, PIE_CHECKPOINT_SECONDS, PIE_MIN_FREE_…, PIE_ALLOCATOR.
    /// </param>
    /// <exception cref="FormatException">A setting is not valid.</exception>
    public static WorkerSettings From(Func<string, string?> setting) => From(setting, PresentGpus);

    /// <param name="present">Lists the GPUs of the machine. It is not called if the worker uses none.</param>
    internal static WorkerSettings From(Func<string, string?> setting, Func<IReadOnlyList<Gpu>> present)
    {
        var device = setting("PIE_DEVICE") is { Length: > 0 } given ? given : "auto";
        if (!DeviceSetting().IsMatch(device))
            throw new FormatException(
                $"The setting PIE_DEVICE is '{device}'; it must be auto, cpu, cuda, or a list of GPUs by index or "
                    + "UUID, such as cuda:0 or cuda:1,cuda:3 or GPU-8932f937-….");
        var library = TorchLibrary.From(setting);
        var gpus = device == "cpu" || (device == "auto" && !library.HasCuda) ? []
            : GpuChoice.Of(device, setting("CUDA_VISIBLE_DEVICES"), present());
        // The trainer then reports that the tensor library does not find the GPU that was asked for.
        if (gpus.Count == 0 && device is not ("auto" or "cpu")) gpus = [GpuChoice.Unlisted(0)];
        var devices = gpus.Count == 0 ? [OnProcessor(setting)] : OnGpus(setting, gpus);
        var slots = devices.Sum(one => one.Places);
        return new WorkerSettings(
            device, Settings.Number(setting, "PIE_THREADS", Math.Max(1, Environment.ProcessorCount / slots), 1, 1024),
            TimeSpan.FromSeconds(Settings.Number(setting, "PIE_TRAINER_SILENCE_SECONDS", 600, 1, 1_000_000)),
            TimeSpan.FromSeconds(Settings.Number(setting, "PIE_CHECKPOINT_SECONDS", 10, 0, 1_000_000)),
            Settings.Number(setting, "PIE_MIN_FREE_DISK_MIB", 1024, 0, int.MaxValue),
            Settings.Number(setting, "PIE_MIN_FREE_MEMORY_MIB", 512, 0, int.MaxValue))
        {
            Devices = devices,
            Library = library,
            Allocator = MemoryAllocator.Choose(setting("PIE_ALLOCATOR")),
            Mps = gpus.Count > 0 && Machines.Mps.IsOn(setting),
        };
    }

    /// <summary>The device of a slot.</summary>
    internal TrainingDevice DeviceOf(int slot)
    {
        foreach (var device in Devices)
        {
            if (slot < device.Places) return device;
            slot -= device.Places;
        }
        throw new ArgumentOutOfRangeException(nameof(slot));
    }

    /// <summary>The devices as the worker reports them.</summary>
    /// <param name="now">The GPUs at present.</param>
    internal IReadOnlyList<ComputeDevice> Report(IReadOnlyList<Gpu> now) =>
        [.. Devices.Select(device => device.Report(now, Mps))];

    /// <summary>A small recurrent network is not faster with a second thread, so each core is a slot.</summary>
    private static TrainingDevice OnProcessor(Func<string, string?> setting) =>
        new(null, Settings.Number(setting, "PIE_SLOTS", Environment.ProcessorCount, 1, MostSlots));

    /// <summary>PIE_SLOTS is the number for all GPUs together, PIE_SLOTS_PER_GPU that for each.</summary>
    private static List<TrainingDevice> OnGpus(Func<string, string?> setting, IReadOnlyList<Gpu> gpus)
    {
        var each = IsSet("PIE_SLOTS_PER_GPU")
            ? Settings.Number(setting, "PIE_SLOTS_PER_GPU", 1, 1, MostSlots) : (int?)null;
        if (!IsSet("PIE_SLOTS")) return [.. gpus.Select(gpu => TrainingDevice.Of(gpu, each))];
        if (each is not null)
            throw new FormatException(
                "PIE_SLOTS, the number for all GPUs, and PIE_SLOTS_PER_GPU are both set. Unset one of them.");
        var all = Settings.Number(setting, "PIE_SLOTS", gpus.Count, 1, MostSlots);
        return
        [
            .. gpus.Take(all).Select((gpu, place) => TrainingDevice.Of(
                gpu, (all / gpus.Count) + (place < all % gpus.Count ? 1 : 0))),
        ];

        bool IsSet(string name) => setting(name) is { Length: > 0 };
    }

    private static IReadOnlyList<Gpu> PresentGpus() =>
        NvidiaSmi.List() is { Count: > 0 } listed ? listed
        : Directory.Exists("/dev")
            ? [
                .. Directory.EnumerateFiles("/dev").Select(file => NvidiaFile().Match(file))
                    .Where(file => file.Success).Select(file => int.Parse(
                        file.Groups["index"].Value, System.Globalization.CultureInfo.InvariantCulture))
                    .Order().Select(GpuChoice.Unlisted),
            ]
        : [];

    private const string OneGpu = @"(cuda:\d{1,3}|(GPU|MIG)-[0-9a-fA-F/-]{1,64})";

    [GeneratedRegex($"^(auto|cpu|cuda|{OneGpu}(, *{OneGpu})*)$")]
    private static partial Regex DeviceSetting();

    [GeneratedRegex(@"^/dev/nvidia(?<index>\d+)$")]
    private static partial Regex NvidiaFile();
}
