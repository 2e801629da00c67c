using System.Globalization;

namespace PieService.Worker.Machines;

/// <summary>
/// Names kinds of devices by what decides how many examples fit: a number that was found on one is used on all of its
/// kind.
/// </summary>
public sealed class DeviceMemory(WorkerSettings settings, TrainerMemory memory)
{
    /// <summary>The device of a slot as this machine names it, such as cpu or cuda:1.</summary>
    public string NameOf(int slot) => settings.DeviceOf(slot).Name;

    /// <summary>The kind of the device of a slot.</summary>
    public string KindOf(int slot)
    {
        var device = settings.DeviceOf(slot);
        return device.Gpu is { } gpu
            ? string.Create(
                CultureInfo.InvariantCulture, $"{gpu.Model}, {gpu.MemoryMib} MiB for {device.Places} runs")
            : string.Create(CultureInfo.InvariantCulture, $"cpu, {memory.MiB} MiB");
    }
}
