using PieService.Domain.Runs;

namespace PieService.Worker.Machines;

/// <summary>A device of this worker: its processor or a GPU, and the number of runs that are trained on it.</summary>
/// <param name="Gpu">The GPU; null for the processor.</param>
/// <param name="Places">The number of runs that are trained on it at the same time.</param>
/// <param name="BertIsAlone">Whether a BERT has the device for itself.</param>
internal sealed record TrainingDevice(Gpu? Gpu, int Places, bool BertIsAlone = false)
{
    /// <summary>
    /// The memory that a trainer of a BiLSTM of the study's size may need on a GPU, with the context of CUDA and its
    /// libraries. Estimated from their sizes on a CPU; not measured on a GPU.
    /// </summary>
    private const long SmallRunMib = 6 * 1024;

    /// <summary>With more trainers than this, the processor that feeds the GPU is the limit.</summary>
    private const int MostSmallRuns = 4;

    public string Name => Gpu is null ? ComputeDevice.Cpu : $"cuda:{Gpu.Index}";

    /// <summary>
    /// By default several runs of small models share a GPU, as many as its memory certainly holds, and a BERT has it
    /// alone. A number that was set holds for both.
    /// </summary>
    public static TrainingDevice Of(Gpu gpu, int? places) => places is { } given
        ? new(gpu, given)
        : new(gpu, (int)Math.Clamp((gpu.MemoryMib ?? 0) / SmallRunMib, 1, MostSmallRuns), BertIsAlone: true);

    /// <summary>The device as it is reported, with the state of its GPU from a later listing.</summary>
    public ComputeDevice Report(IReadOnlyList<Gpu> now, bool mps)
    {
        var gpu = now.FirstOrDefault(listed => listed.Uuid == Gpu?.Uuid) ?? Gpu;
        return gpu is null
            ? new(Name, Places)
            : new(
                Name, Places, gpu.Uuid.Contains('-', StringComparison.Ordinal) ? gpu.Uuid : null,
                gpu.Model is { Length: > 0 } model ? model : null, gpu.MemoryMib, gpu.UsedMib, gpu.Utilisation,
                gpu.Temperature, gpu.Driver, mps);
    }
}
