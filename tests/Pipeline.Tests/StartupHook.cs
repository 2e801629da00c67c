using System.Reflection;
using System.Runtime.InteropServices;

/// <summary>
/// Ends a trainer process: as a lack of memory does that a native library cannot report, by an abort in the middle of a
/// run; or at its start, as a trainer that does not find its device. .NET calls it before Main in processes whose
/// DOTNET_STARTUP_HOOKS names this assembly, and requires that name without a namespace.
/// </summary>
#pragma warning disable CA1050 // the name is required
internal static class StartupHook
#pragma warning restore CA1050
{
    /// <summary>
    /// The variable with the path of a file that the process removes before it aborts; what the file has is its last
    /// output.
    /// </summary>
    internal const string File = "PIE_TEST_ABORT_ONCE";

    /// <summary>The variable with the path of a file; while the file exists, no process of a trainer starts.</summary>
    internal const string NoDevice = "PIE_TEST_NO_DEVICE";

    /// <summary>A model and its optimizer have more tensors than this, and a process without a run has none.</summary>
    private const long TensorsOfRun = 40;

    public static void Initialize()
    {
        var work = Environment.GetCommandLineArgs()[^1];
        if (work is "trainer" or "arithmetic" && Environment.GetEnvironmentVariable(NoDevice) is { Length: > 0 } gone
            && System.IO.File.Exists(gone))
        {
            Console.Error.WriteLine("The device is gone.");
            Environment.Exit(1);
        }
        if (Environment.GetEnvironmentVariable(File) is not { Length: > 0 } file
            || work != "trainer" || !System.IO.File.Exists(file)) return;
        new Thread(() =>
        {
            while (Tensors() < TensorsOfRun) Thread.Yield();
            var output = System.IO.File.ReadAllText(file);
            System.IO.File.Delete(file);
            Console.Error.WriteLine(output);
            Abort();
        })
        { IsBackground = true }.Start();
    }

    private static long Tensors() => AppDomain.CurrentDomain.GetAssemblies()
        .FirstOrDefault(assembly => assembly.GetName().Name == "TorchSharp")
        ?.GetType("TorchSharp.torch+Tensor")?.GetProperty("TotalCount", BindingFlags.Static | BindingFlags.Public)
        ?.GetValue(null) as long? ?? 0;

    [DllImport("libc", EntryPoint = "abort")]
    private static extern void Abort();
}
