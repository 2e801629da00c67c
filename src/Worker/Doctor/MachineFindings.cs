using PieService.Domain.Diagnosis;
using PieService.Domain.Runs;
using PieService.Worker.Machines;
using PieService.Worker.Trainers;

namespace PieService.Worker.Doctor;

/// <summary>
/// Looks at this machine: processor, memory, tensor library, GPUs, and whether it computes correctly.
/// </summary>
internal static class MachineFindings
{
    private const long Mebi = 1024 * 1024;

    /// <param name="settings">The settings that a worker would have.</param>
    /// <param name="gpus">The GPUs of the machine.</param>
    public static IEnumerable<Finding> Of(WorkerSettings settings, IReadOnlyList<Gpu> gpus)
    {
        yield return Finding.Ok("processor", $"{Processor.Here()}, {Environment.ProcessorCount} cores");
        yield return Memory(MachineMemory.Available() / Mebi, MachineMemory.Total() / Mebi, settings.MinFreeMemoryMib);
        yield return settings.Allocator.Name == MemoryAllocator.Glibc.Name
            ? Finding.Warning(
                "allocator", settings.Allocator.Name,
                "a trainer takes less memory with tcmalloc: sudo apt-get install -y libtcmalloc-minimal4")
            : Finding.Ok("allocator", settings.Allocator.Name);
        yield return Library(settings.Library);
        foreach (var finding in Devices(settings, gpus)) yield return finding;
    }

    /// <summary>Starts a trainer for each device, which compares its arithmetic.</summary>
    public static async Task<IReadOnlyList<Finding>> ArithmeticAsync(WorkerSettings settings, TimeProvider time)
    {
        try
        {
            return [.. (await ProvenArithmetic.OfAsync(settings, time)).Reports.Select(Arithmetic)];
        }
        catch (TrainerFailedException unfit)
        {
            return
            [
                Finding.Problem(
                    "arithmetic", $"a trainer cannot start: {unfit.Message}",
                    "correct what the last lines name; with PIE_DEVICE=cpu and without PIE_LIBTORCH a worker needs "
                        + "neither GPU nor PyTorch"),
            ];
        }
    }

    internal static Finding Memory(long? availableMib, long? totalMib, int minFreeMib) =>
        availableMib < minFreeMib
            ? Finding.Problem(
                "memory", $"{availableMib} of {totalMib} MiB are available, PIE_MIN_FREE_MEMORY_MIB is {minFreeMib}",
                "end other processes, or lower PIE_MIN_FREE_MEMORY_MIB")
            : Finding.Ok("memory", $"{availableMib} of {totalMib} MiB are available");

    /// <summary>libtorch promises no stable interface between minor versions.</summary>
    internal static Finding Library(TorchLibrary library)
    {
        var builtFor = TorchLibrary.BuiltFor;
        if (!library.Given)
        {
            return Finding.Ok(
                "libtorch", $"{builtFor.ToString(3)} of the package, {(library.HasCuda ? "with" : "without")} CUDA");
        }
        var text = $"{library.Version?.ToString() ?? "unknown version"} in {library.Folder} ({TorchLibrary.Setting}), "
            + $"{(library.HasCuda ? "with" : "without")} CUDA";
        return library.IsOfMinor(builtFor)
            ? Finding.Ok("libtorch", text)
            : Finding.Warning(
                "libtorch", text,
                $"TorchSharp was built for {builtFor.ToString(2)}; another minor version is used only because its "
                    + "arithmetic is compared at each start. Install PyTorch of that version if possible");
    }

    internal static IEnumerable<Finding> Devices(WorkerSettings settings, IReadOnlyList<Gpu> gpus)
    {
        foreach (var gpu in gpus)
        {
            yield return Finding.Ok(
                "gpu", $"cuda:{gpu.Index} {gpu.Model}, {gpu.Uuid}, {gpu.UsedMib?.ToString() ?? "?"} of "
                    + $"{gpu.MemoryMib?.ToString() ?? "?"} MiB used, driver {gpu.Driver ?? "unknown"}");
        }
        var device = string.Join(
            ", ", settings.Devices.Select(one => $"{one.Name} with {one.Places} slot{(one.Places == 1 ? "" : "s")}"));
        yield return settings.IsGpu && !settings.Library.HasCuda
            ? Finding.Problem(
                "device", $"{device} (PIE_DEVICE), but libtorch has no CUDA",
                $"build with -p:TorchBackend=cuda, set {TorchLibrary.Setting}, or set PIE_DEVICE=cpu")
            : gpus.Count > 0 && !settings.IsGpu
            ? Finding.Warning(
                "device", $"{device}, although the machine has GPUs",
                settings.Library.HasCuda ? "unset PIE_DEVICE, or set it to cuda"
                    : $"this libtorch has no CUDA: build with -p:TorchBackend=cuda, or set {TorchLibrary.Setting}")
            : Finding.Ok("device", $"{device}{(settings.Mps ? ", shared by MPS" : "")}");
    }

    private static Finding Arithmetic(ArithmeticReport report) => report.Problem is { } problem
        ? Finding.Problem("arithmetic", problem, "see docs/machines.md")
        : Finding.Ok(
            "arithmetic", $"{report.Device}: {report.Checks} checks passed in {report.Seconds:F1} s, "
                + $"{report.CpuCapability}, {report.Host.Library}, allocator {report.Host.Allocator}");
}
