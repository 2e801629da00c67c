using System.Globalization;
using System.Text.RegularExpressions;
using PieService.Domain;

namespace PieService.Worker.Supervision;

/// <summary>What this worker trains on.</summary>
/// <param name="Device">auto, cpu, cuda or cuda:n, as the trainers get it.</param>
/// <param name="Slots">Runs trained at once, each in a trainer process of its own.</param>
/// <param name="Threads">CPU threads of each trainer; part of what decides a run's bits.</param>
/// <param name="Gpus">GPUs that the slots are spread over; 0 on a machine without.</param>
public sealed partial record WorkerSettings(string Device, int Slots, int Threads, int Gpus)
{
    /// <param name="setting">Looks up PIE_DEVICE, PIE_SLOTS, PIE_THREADS.</param>
    /// <exception cref="FormatException">A setting has no meaning.</exception>
    public static WorkerSettings From(Func<string, string?> setting)
    {
        var device = setting("PIE_DEVICE") is { Length: > 0 } given ? given : "auto";
        if (!Devices().IsMatch(device)) throw new FormatException($"The setting PIE_DEVICE is '{device}'; it must be auto, cpu, cuda or cuda:0, cuda:1, ...");

        var gpus = device switch
        {
            "cpu" => 0,
            "auto" or "cuda" => Directory.Exists("/dev") ? Directory.EnumerateFiles("/dev").Count(file => NvidiaDevice().IsMatch(file)) : 0,
            _ => 1,
        };
        // Small recurrent networks gain nothing from a second thread, so a core is a slot; a GPU is one slot.
        var slots = Settings.Number(setting, "PIE_SLOTS", gpus > 0 ? gpus : Environment.ProcessorCount, 1, 1024);
        return new WorkerSettings(device, slots, Settings.Number(setting, "PIE_THREADS", Math.Max(1, Environment.ProcessorCount / slots), 1, 1024), gpus);
    }

    /// <summary>Which GPU a slot may see: it is then the only one there, cuda:0. Null: leave it to the environment.</summary>
    public string? VisibleGpu(int slot) => Device switch
    {
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
