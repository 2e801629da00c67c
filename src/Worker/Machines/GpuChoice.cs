using System.Globalization;

namespace PieService.Worker.Machines;

/// <summary>The GPUs that this worker may use, by the settings and by what the machine has.</summary>
internal static class GpuChoice
{
    /// <summary>
    /// The GPUs of PIE_DEVICE among those that are visible; empty if the worker trains on the processor.
    /// </summary>
    /// <param name="device">auto, cpu, cuda, or a list of cuda:n and of UUIDs.</param>
    /// <param name="visible">CUDA_VISIBLE_DEVICES, by which a scheduler such as Slurm gives a job some of the GPUs;
    /// null for all. An empty list, and an entry that is not a GPU, such as -1 or NoDevFiles, hide the GPUs.</param>
    /// <param name="present">The GPUs of the machine.</param>
    /// <exception cref="FormatException">A GPU that is named is not there, or all GPUs are hidden.</exception>
    public static IReadOnlyList<Gpu> Of(string device, string? visible, IReadOnlyList<Gpu> present)
    {
        if (device == "cpu") return [];
        var usable = visible is null ? present : Visible(visible, present);
        if (visible is not null && usable.Count == 0 && device != "auto")
            throw new FormatException(
                $"The setting PIE_DEVICE is '{device}', but CUDA_VISIBLE_DEVICES='{visible}' hides every GPU. Unset "
                    + "CUDA_VISIBLE_DEVICES, ask the scheduler for a GPU, or set PIE_DEVICE=cpu.");
        if (device is "auto" or "cuda") return usable;
        var names = device.Split(',', StringSplitOptions.TrimEntries);
        return [.. names.SelectMany(name => Named(name, usable)).Distinct()];
    }

    /// <summary>As CUDA reads the list, its entries after the first that does not exist do not count.</summary>
    private static IReadOnlyList<Gpu> Visible(string visible, IReadOnlyList<Gpu> present) =>
    [
        .. visible.Split(',', StringSplitOptions.TrimEntries)
            .Select(entry => Found(entry, entry, present))
            .TakeWhile(found => found.Count > 0).SelectMany(found => found),
    ];

    private static IReadOnlyList<Gpu> Named(string name, IReadOnlyList<Gpu> usable) =>
        Found(name, name.StartsWith("cuda:", StringComparison.Ordinal) ? name["cuda:".Length..] : "", usable)
            is { Count: > 0 } found
            ? found
            : throw new FormatException(
                $"The setting PIE_DEVICE names {name}, but the GPUs here are "
                + $"{string.Join(", ", usable.Select(gpu => $"cuda:{gpu.Index} ({gpu.Uuid})"))}.");

    /// <summary>
    /// The GPU of a UUID or an index; of a GPU that is divided, all parts. Without nvidia-smi it is not known which
    /// GPUs there are, so the GPU is taken as it was named.
    /// </summary>
    private static IReadOnlyList<Gpu> Found(string uuid, string index, IReadOnlyList<Gpu> gpus)
    {
        if (IsUuid(uuid)) return gpus.Count == 0 ? [Unlisted(0) with { Uuid = uuid }] : ByUuid(uuid, gpus);
        if (!int.TryParse(index, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return [];
        return gpus.Count == 0 ? [Unlisted(number)] : [.. gpus.Where(gpu => gpu.Index == number)];
    }

    /// <summary>A GPU of which only the index is known, by which CUDA_VISIBLE_DEVICES then selects it.</summary>
    public static Gpu Unlisted(int index) =>
        new(index, index.ToString(CultureInfo.InvariantCulture), "", null, null, null, null, null);

    /// <summary>CUDA takes the beginning of a UUID too, if only one GPU has it.</summary>
    private static IReadOnlyList<Gpu> ByUuid(string entry, IReadOnlyList<Gpu> gpus) =>
        gpus.Where(gpu => gpu.Uuid.StartsWith(entry, StringComparison.OrdinalIgnoreCase)).ToList() is [var only]
            ? [only] : [];

    private static bool IsUuid(string entry) =>
        entry.StartsWith("GPU-", StringComparison.OrdinalIgnoreCase)
        || entry.StartsWith("MIG-", StringComparison.OrdinalIgnoreCase);
}
