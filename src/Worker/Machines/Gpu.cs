using System.Globalization;
using System.Text.RegularExpressions;

namespace PieService.Worker.Machines;

/// <summary>A GPU, or a part of one (MIG), as nvidia-smi lists it.</summary>
/// <param name="Index">The index of the GPU, by the order of the PCI bus.</param>
/// <param name="Uuid">The UUID by which CUDA_VISIBLE_DEVICES selects it: GPU-… or MIG-…</param>
/// <param name="Model">The name, such as NVIDIA H200; of a part with its profile.</param>
/// <param name="MemoryMib">The memory in MiB; null if it is unknown.</param>
/// <param name="Utilisation">In percent; null if it is unknown.</param>
/// <param name="Temperature">In degrees Celsius; null if it is unknown.</param>
internal sealed partial record Gpu(
    int Index, string Uuid, string Model, long? MemoryMib, long? UsedMib, int? Utilisation, int? Temperature,
    string? Driver)
{
    /// <summary>The fields of nvidia-smi's table, in the order in which <see cref="Parse"/> reads them.</summary>
    internal const string Query =
        "index,uuid,memory.total,memory.used,utilization.gpu,temperature.gpu,driver_version,mig.mode.current,name";

    private const int Fields = 9;

    /// <summary>
    /// The devices that can train: each GPU without MIG, and each part of a GPU with MIG, since a process cannot use
    /// such a GPU as a whole.
    /// </summary>
    /// <param name="table">The output of nvidia-smi for <see cref="Query"/> as csv,noheader,nounits.</param>
    /// <param name="list">The output of nvidia-smi -L, which lists the parts.</param>
    public static IReadOnlyList<Gpu> Parse(string table, string list)
    {
        var devices = new List<Gpu>();
        foreach (var line in table.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            // A name may have commas, so it is the last field.
            var fields = line.Split(',', Fields, StringSplitOptions.TrimEntries);
            if (fields.Length < Fields || !int.TryParse(fields[0], CultureInfo.InvariantCulture, out var index))
                continue;
            var gpu = new Gpu(
                index, fields[1], fields[8], Number(fields[2]), Number(fields[3]), (int?)Number(fields[4]),
                (int?)Number(fields[5]), fields[6].Length > 0 && fields[6][0] != '[' ? fields[6] : null);
            if (fields[7] == "Enabled") devices.AddRange(PartsOf(gpu, list));
            else devices.Add(gpu);
        }
        return devices;
    }

    /// <summary>nvidia-smi does not state the memory of a part; its profile does, such as 3g.40gb.</summary>
    private static IEnumerable<Gpu> PartsOf(Gpu gpu, string list)
    {
        var isOurs = false;
        foreach (var line in list.Split('\n'))
        {
            if (WholeLine().Match(line) is { Success: true } whole) isOurs = whole.Groups["uuid"].Value == gpu.Uuid;
            else if (isOurs && PartLine().Match(line) is { Success: true } part)
            {
                yield return gpu with
                {
                    Uuid = part.Groups["uuid"].Value,
                    Model = $"{gpu.Model} MIG {part.Groups["profile"].Value}",
                    MemoryMib = Number(part.Groups["gib"].Value) * 1024,
                    UsedMib = null,
                    Utilisation = null,
                };
            }
        }
    }

    /// <summary>Null for a value that the GPU does not report, such as [N/A].</summary>
    private static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    [GeneratedRegex(@"^GPU \d+: .*\(UUID: (?<uuid>[^)]+)\)")]
    private static partial Regex WholeLine();

    [GeneratedRegex(@"^\s+MIG (?<profile>\S*?(?<gib>\d+)gb\S*)\s+Device\s+\d+: \(UUID: (?<uuid>[^)]+)\)")]
    private static partial Regex PartLine();
}
