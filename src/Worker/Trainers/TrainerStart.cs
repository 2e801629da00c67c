using System.Diagnostics;
using System.Globalization;
using PieService.Hosting;
using PieService.Worker.Machines;

namespace PieService.Worker.Trainers;

/// <summary>The command line and the environment of a trainer process.</summary>
internal static class TrainerStart
{
    /// <summary>The variable by which .NET compiles a method first quickly and later optimised; 1 is .NET's
    /// default.</summary>
    internal const string TieredCompilation = "DOTNET_TieredCompilation";

    /// <param name="work">The first argument of the process.</param>
    public static ProcessStartInfo Of(WorkerSettings settings, int slot, string work)
    {
        var (host, worker) = (Environment.ProcessPath!, typeof(TrainerStart).Assembly.Location);
        // The worker was started as `dotnet PieService.Worker.dll`, or as the executable in its folder.
        var isLibrary = Path.GetFileNameWithoutExtension(host) == "dotnet";
        var start = new ProcessStartInfo(isLibrary ? host : Path.ChangeExtension(worker, null))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        if (isLibrary) start.ArgumentList.Add(worker);
        start.ArgumentList.Add(work);

        start.Environment["PIE_DEVICE"] = settings.DeviceType;
        start.Environment["PIE_THREADS"] = settings.Threads.ToString(CultureInfo.InvariantCulture);
        SetLibraries(start.Environment, settings.Threads, settings.Allocator);
        SetGpu(start.Environment, settings.DeviceOf(slot).Gpu);
        // A trainer receives files and values only.
        start.Environment.Remove(DatabaseSetting.Name);
        start.Environment.Remove(DatabaseSetting.PasswordFile);
        // A trainer sends no telemetry, and OTEL_EXPORTER_OTLP_HEADERS may have a key of the collector.
        foreach (var name in start.Environment.Keys.Where(IsOfTelemetry).ToList()) start.Environment.Remove(name);
        return start;
    }

    private static bool IsOfTelemetry(string name) => name.StartsWith("OTEL_", StringComparison.Ordinal);

    /// <summary>
    /// The trainer sees its GPU and no other, as cuda:0. The UUID names the same GPU whatever the order is in which
    /// CUDA numbers them; an index, if nvidia-smi is missing, is that of the PCI bus.
    /// </summary>
    private static void SetGpu(IDictionary<string, string?> environment, Gpu? gpu)
    {
        if (gpu is null) return;
        environment["CUDA_DEVICE_ORDER"] = "PCI_BUS_ID";
        environment["CUDA_VISIBLE_DEVICES"] = gpu.Uuid;
        environment[TrainerSettings.GpuName] = gpu.Model;
        environment[TrainerSettings.GpuDriver] = gpu.Driver;
    }

    /// <summary>Sets what the tensor library, the allocator and .NET read before a process starts.</summary>
    internal static void SetLibraries(
        IDictionary<string, string?> environment, int threads, MemoryAllocator allocator)
    {
        environment["OMP_NUM_THREADS"] = threads.ToString(CultureInfo.InvariantCulture);
        // With threads that spin while they wait, two trainers on two cores are five times slower.
        environment["OMP_WAIT_POLICY"] = "passive";
        // Without it the products of cuBLAS on a GPU may differ between two runs of the same training.
        environment["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8";
        // Each method is compiled once, optimised. A trainer's managed code takes little time once it is compiled, so
        // compiling it a second time would cost more than it saves: bench/ measures a run of a second.
        environment[TieredCompilation] = "0";
        foreach (var (name, value) in allocator.Environment) environment[name] = value;
    }
}
