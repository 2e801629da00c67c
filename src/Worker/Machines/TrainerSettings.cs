using System.Runtime.Intrinsics.X86;
using PieService.Domain;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Worker.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace PieService.Worker.Machines;

/// <param name="Device">The device: auto, cpu or cuda.</param>
/// <param name="Threads">The number of threads of the tensor library.</param>
/// <param name="CheckpointInterval">The least time between two checkpoints of a run; zero means one after every
/// epoch.</param>
public sealed record TrainerSettings(string Device, int Threads, TimeSpan CheckpointInterval = default)
{
    /// <summary>The variables by which a supervisor passes the name of the trainer's GPU and its driver.</summary>
    internal const string GpuName = "PIE_TRAINER_GPU", GpuDriver = "PIE_TRAINER_DRIVER";

    /// <summary>
    /// The settings of this process, as a supervisor passes them; the defaults are for a process that was started by
    /// hand.
    /// </summary>
    internal static TrainerSettings Here() => new(
        Machine.Given("PIE_DEVICE") ?? "auto",
        Settings.Number(Environment.GetEnvironmentVariable, "PIE_THREADS", Environment.ProcessorCount, 1, 1024),
        TimeSpan.FromSeconds(
            Settings.Number(Environment.GetEnvironmentVariable, "PIE_CHECKPOINT_SECONDS", 10, 0, 1_000_000)));

    /// <summary>
    /// Initialises the tensor library for a recipe of that precision; auto means cuda if there is a CUDA device.
    /// </summary>
    /// <exception cref="InvalidOperationException">CUDA is required, but there is no CUDA device.</exception>
    /// <exception cref="UntrainableException">The device does not have the precision.</exception>
    public Machine Prepare(Precision precision = Precision.Fp32)
    {
        set_num_threads(Threads);
        var name = Device == "auto" ? cuda.is_available() ? "cuda" : "cpu" : Device;
        var device = name == "cpu" || cuda.is_available()
            ? torch.device(name)
            : throw new InvalidOperationException(
                $"The device is '{Device}', but the tensor library finds no CUDA device; set PIE_DEVICE to cpu.");
        var machine = new Machine(device, Machine.CpuCapabilityHere(), Threads).For(precision);
        if (device.type == TorchSharp.DeviceType.CUDA) Tf32.Allow(precision == Precision.Tf32);
        return machine;
    }
}

/// <summary>The conditions besides the recipe and the seed that decide the last bits of a training.</summary>
public sealed record Machine(Device Device, string CpuCapability, int Threads)
{
    /// <summary>The type, cpu or cuda: a checkpoint may move between devices of one type.</summary>
    public string DeviceType => Wire(Device.type);

    public string DeviceName =>
        Device.type == TorchSharp.DeviceType.CUDA ? $"cuda:{Math.Max(0, Device.index)}" : DeviceType;

    /// <summary>
    /// The processor, library and allocator; a checkpoint may move between two hosts with the same CPU capability.
    /// </summary>
    public ComputeHost Host { get; } =
        new(
            Processor.Here(), TorchLibrary.From(Environment.GetEnvironmentVariable).Name,
            MemoryAllocator.OfThisProcess(),
            Device.type == TorchSharp.DeviceType.CUDA ? Given(TrainerSettings.GpuName) : null,
            Device.type == TorchSharp.DeviceType.CUDA ? Given(TrainerSettings.GpuDriver) : null);

    /// <summary>
    /// This machine for a recipe of that precision. On a CPU the kernels for bf16 depend on instructions that float32
    /// does not use, so the capability of a run with bf16 names them: its checkpoints do not move to a processor with
    /// other ones. A GPU computes bf16 itself, whatever its host has.
    /// </summary>
    /// <exception cref="UntrainableException">The device does not have the precision.</exception>
    public Machine For(Precision precision) => precision switch
    {
        Precision.Bf16 when Device.type == TorchSharp.DeviceType.CPU => this with
        {
            CpuCapability = $"{CpuCapability}, {(X86Base.IsSupported
                ? Bf16Kernels(X86Base.CpuId(7, 0).Edx, X86Base.CpuId(7, 1).Eax) : Bf16Kernels(0, 0))}",
        },
        Precision.Tf32 when Device.type == TorchSharp.DeviceType.CPU => throw new UntrainableException(
            "The precision tf32 is computed by GPUs only, and this trainer has none. Set device to cuda in the model "
                + "of the sweep."),
        Precision.Fp32 or Precision.Tf32 or Precision.Bf16 => this,
    };

    /// <summary>The instructions by which oneDNN computes in bf16: AMX if the processor has it.</summary>
    /// <param name="edx">EDX of CPUID leaf 7, subleaf 0: bit 22 is AMX-BF16.</param>
    /// <param name="eax">EAX of CPUID leaf 7, subleaf 1: bit 5 is AVX512-BF16.</param>
    internal static string Bf16Kernels(int edx, int eax) =>
        (edx & (1 << 22)) != 0 ? "bf16 by AMX" : (eax & (1 << 5)) != 0 ? "bf16" : "bf16 emulated";

    /// <summary>
    /// The instruction set by which torch chooses its CPU kernels, the processor's vendor, by which MKL chooses its
    /// own, and the limit that was set for oneDNN, if any. TorchSharp does not report them.
    /// </summary>
    internal static string CpuCapabilityHere()
    {
        var widest = Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported
            ? "avx512" : Avx2.IsSupported ? "avx2" : "default";
        var limit = Given("ONEDNN_MAX_CPU_ISA") ?? Given("DNNL_MAX_CPU_ISA");
        return $"{Given("ATEN_CPU_CAPABILITY") ?? widest} {Processor.Here().Vendor}"
            + $"{(limit is null ? "" : $", oneDNN {limit}")}";
    }

    private static string Wire(DeviceType type) => type == TorchSharp.DeviceType.CUDA ? "cuda" : "cpu";

    internal static string? Given(string variable) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } value ? value : null;
}
