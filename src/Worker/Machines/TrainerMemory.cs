using System.Globalization;
using PieService.Worker.Models;

namespace PieService.Worker.Machines;

/// <summary>
/// The memory that a trainer can use on the CPU, given that all slots may train at once; null if the amount is not
/// known, as for a GPU.
/// </summary>
public sealed record TrainerMemory(long? MiB)
{
    public static TrainerMemory Of(WorkerSettings settings) =>
        new(settings.IsGpu ? null : MachineMemory.Total() / (1024 * 1024) / settings.Slots);

    /// <summary>Why a BERT with this number of parameters cannot be trained here; null if it may fit.</summary>
    public string? TooSmallFor(long parameters) => BertConfig.MiBToTrain(parameters) is var needed && needed > MiB
        ? string.Create(
            CultureInfo.InvariantCulture,
            $"It is too large for this worker: to train its {parameters} parameters takes at least {needed} MiB, and a "
                + $"trainer has {MiB} MiB, the machine's memory shared by PIE_SLOTS. Set fewer slots, or use a smaller "
                + $"checkpoint or a larger machine.")
        : null;
}
