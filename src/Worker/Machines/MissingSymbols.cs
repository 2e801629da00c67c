using System.Runtime.InteropServices;
using System.Text;
using PieService.Worker.Files;

namespace PieService.Worker.Machines;

/// <summary>
/// What TorchSharp's native part needs and a tensor library does not have. libtorch promises no stable interface
/// between minor versions, and the loader would report the first missing name only at the call of the function, or end
/// the process.
/// </summary>
internal static class MissingSymbols
{
    private const int NamesShown = 5;

    private static readonly string[] Libraries =
        ["libtorch_cpu.so", "libc10.so", "libtorch.so", "libtorch_cuda.so", "libc10_cuda.so"];

    /// <summary>The missing names, sorted; empty if nothing is missing.</summary>
    /// <param name="user">The library that needs them.</param>
    /// <param name="folder">The folder of the tensor library.</param>
    /// <exception cref="InvalidOperationException">A file cannot be read as a library.</exception>
    public static IReadOnlyList<string> Of(string user, string folder)
    {
        try
        {
            var missing = ElfSymbols.Read(user).Needed.ToHashSet(StringComparer.Ordinal);
            foreach (var library in Libraries.Select(name => Path.Combine(folder, name)).Where(File.Exists))
                missing.ExceptWith(ElfSymbols.Read(library).Defined);
            return [.. missing.Order(StringComparer.Ordinal)];
        }
        catch (Exception unreadable) when (unreadable is IOException or InvalidDataException
            or UnauthorizedAccessException or ArgumentException)
        {
            throw new InvalidOperationException(
                $"The tensor library in {folder} ({TorchLibrary.Setting}) cannot be read: {unreadable.Message}",
                unreadable);
        }
    }

    /// <summary>A message with the first names, as C++ has them, and with what to do.</summary>
    public static string Describe(TorchLibrary library, IReadOnlyList<string> missing) =>
        $"The tensor library in {library.Folder} ({TorchLibrary.Setting}, version "
        + $"{library.Version?.ToString() ?? "unknown"}) lacks {missing.Count} functions that TorchSharp "
        + $"needs: {string.Join(", ", missing.Take(NamesShown).Select(Readable))}"
        + $"{(missing.Count > NamesShown ? ", …" : "")}. TorchSharp was built for "
        + $"{TorchLibrary.BuiltFor.ToString(2)}: install that version of PyTorch, or unset {TorchLibrary.Setting}.";

    /// <summary>The name as C++ has it, by the function that C++ programs use for this; else as it is.</summary>
    private static string Readable(string name)
    {
        try
        {
            var text = Demangle(Encoding.ASCII.GetBytes(name + '\0'), 0, 0, out var status);
            if (status != 0) return name;
            var readable = Marshal.PtrToStringUTF8(text)!;
            Free(text);
            return readable;
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            return name;
        }
    }

    [DllImport("libstdc++.so.6", EntryPoint = "__cxa_demangle")]
    private static extern nint Demangle(byte[] name, nint buffer, nint length, out int status);

    [DllImport("libc", EntryPoint = "free")]
    private static extern void Free(nint memory);
}
