using System.Runtime.Intrinsics.X86;
using System.Text;
using TorchSharp;
using static TorchSharp.torch;

namespace PieService.Worker.Training;

/// <param name="Device">auto, cpu, cuda or cuda:n.</param>
/// <param name="Threads">Threads of the tensor library.</param>
public sealed record TrainerSettings(string Device, int Threads)
{
    /// <summary>Sets the tensor library up; auto is cuda where there is one.</summary>
    /// <exception cref="InvalidOperationException">CUDA is demanded, but there is none.</exception>
    public Machine Prepare()
    {
        set_num_threads(Threads);
        var name = Device == "auto" ? cuda.is_available() ? "cuda" : "cpu" : Device;
        var device = name == "cpu" || cuda.is_available()
            ? torch.device(name)
            : throw new InvalidOperationException($"The device '{Device}' is demanded, but the tensor library finds no CUDA device.");
        return new(device, Machine.CpuCapabilityHere(), Threads);
    }
}

/// <summary>What decides the last bits of a training besides the recipe and the seed.</summary>
public sealed record Machine(Device Device, string CpuCapability, int Threads)
{
    /// <summary>cpu or cuda: a checkpoint may move between devices of one type.</summary>
    public string DeviceType => Wire(Device.type);

    public string DeviceName => Device.type == TorchSharp.DeviceType.CUDA ? $"cuda:{Math.Max(0, Device.index)}" : DeviceType;

    /// <summary>
    /// The instruction set that torch chooses its CPU kernels by, and the maker, by which MKL chooses its own; TorchSharp
    /// does not tell.
    /// </summary>
    internal static string CpuCapabilityHere()
    {
        var chosen = Environment.GetEnvironmentVariable("ATEN_CPU_CAPABILITY");
        var widest = Avx512F.IsSupported && Avx512BW.IsSupported && Avx512DQ.IsSupported ? "avx512" : Avx2.IsSupported ? "avx2" : "default";
        return $"{(string.IsNullOrEmpty(chosen) ? widest : chosen)} {Maker()}";
    }

    private static string Wire(DeviceType type) => type == TorchSharp.DeviceType.CUDA ? "cuda" : "cpu";

    private static string Maker()
    {
        if (!X86Base.IsSupported) return System.Runtime.InteropServices.RuntimeInformation.ProcessArchitecture.ToString();
        var (_, b, c, d) = X86Base.CpuId(0, 0);
        return Encoding.ASCII.GetString([.. BitConverter.GetBytes(b), .. BitConverter.GetBytes(d), .. BitConverter.GetBytes(c)]);
    }
}
