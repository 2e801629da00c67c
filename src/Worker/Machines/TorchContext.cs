using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace PieService.Worker.Machines;

/// <summary>
/// Runs a part of this program with the tensor library that PIE_LIBTORCH names instead of the one that was built in.
/// </summary>
/// <remarks>
/// TorchSharp's native part, libLibTorchSharp.so, needs libtorch by name, and the loader takes libraries of these names
/// that are loaded already. TorchSharp itself would also load libtorch_cpu.so from the program's folder, by its path,
/// and two of them end the process. It asks its load context for it first; so the program's assemblies are loaded again
/// in a context of their own, which answers with the given library.
/// </remarks>
internal sealed class TorchContext : AssemblyLoadContext
{
    private const string OwnPart = "LibTorchSharp", OwnFile = "libLibTorchSharp.so";

    private readonly nint ours, given;

    private TorchContext(TorchLibrary library) : base(TorchLibrary.Setting)
    {
        try
        {
            // It has no code: it needs the library of the processor and, where there is one, that of the GPU.
            given = NativeLibrary.Load(Path.Combine(library.Folder, "libtorch.so"));
            if (library.HasCuda) NativeLibrary.Load(Path.Combine(library.Folder, TorchLibrary.Cuda));
            ours = NativeLibrary.Load(Path.Combine(AppContext.BaseDirectory, OwnFile));
        }
        catch (Exception unloadable) when (unloadable is DllNotFoundException or BadImageFormatException)
        {
            throw new InvalidOperationException(
                $"The tensor library in {library.Folder} ({TorchLibrary.Setting}) cannot be loaded: "
                    + unloadable.Message, unloadable);
        }
    }

    /// <summary>Whether this code runs in such a context.</summary>
    public static bool IsHere => GetLoadContext(typeof(TorchContext).Assembly)?.Name == TorchLibrary.Setting;

    /// <summary>Calls a static method without a result in a new context.</summary>
    /// <exception cref="InvalidOperationException">The library cannot be used, for a reason that the message
    /// states.</exception>
    public static void Call(TorchLibrary library, Type type, string method, params object[] arguments)
    {
        var missing = MissingSymbols.Of(Path.Combine(AppContext.BaseDirectory, OwnFile), library.Folder);
        if (missing.Count > 0) throw new InvalidOperationException(MissingSymbols.Describe(library, missing));
        new TorchContext(library).LoadFromAssemblyPath(type.Assembly.Location)
            .GetType(type.FullName!, throwOnError: true)!
            .GetMethod(method)!.Invoke(null, BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }

    /// <summary>The program's assemblies are loaded here; those of .NET are shared.</summary>
    protected override Assembly? Load(AssemblyName assemblyName) =>
        Path.Combine(AppContext.BaseDirectory, assemblyName.Name + ".dll") is var path && File.Exists(path)
            ? LoadFromAssemblyPath(path) : null;

    protected override nint LoadUnmanagedDll(string unmanagedDllName) => unmanagedDllName switch
    {
        OwnPart => ours,
        "torch_cpu" or "torch_cuda" => given,
        _ => 0,
    };
}
