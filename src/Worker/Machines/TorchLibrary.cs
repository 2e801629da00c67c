using System.Text.RegularExpressions;

namespace PieService.Worker.Machines;

/// <summary>
/// Where the tensor library, libtorch, comes from: the package that was built in, or the library of an installed
/// PyTorch that PIE_LIBTORCH names.
/// </summary>
/// <param name="Folder">The folder with libtorch_cpu.so.</param>
/// <param name="Given">Whether PIE_LIBTORCH names it.</param>
/// <param name="Version">The version that the files beside it state, such as 2.10.0; null if there are none.</param>
internal sealed partial record TorchLibrary(string Folder, bool Given = false, Version? Version = null)
{
    /// <summary>
    /// The version for which TorchSharp was built. TorchSharp states it too, but would load the library first.
    /// </summary>
    public static Version BuiltFor { get; } = new(2, 10, 0);

    public const string Setting = "PIE_LIBTORCH", Cpu = "libtorch_cpu.so", Cuda = "libtorch_cuda.so";

    /// <summary>Whether the library computes on GPUs.</summary>
    public bool HasCuda => File.Exists(Path.Combine(Folder, Cuda));

    /// <summary>
    /// Whether the library is certainly of this minor version. libtorch promises no stable interface between two.
    /// </summary>
    public bool IsOfMinor(Version minor) => Version is { } known ? known.ToString(2) == minor.ToString(2) : !Given;

    /// <summary>The name and version that runs record.</summary>
    public string Name => $"libtorch {(Given ? Version : BuiltFor)?.ToString(3) ?? "of unknown version"}";

    /// <param name="setting">
    /// Looks up PIE_LIBTORCH: the folder torch/lib of an installed PyTorch, or one above it.
    /// </param>
    /// <exception cref="FormatException">There is no libtorch.</exception>
    public static TorchLibrary From(Func<string, string?> setting)
    {
        if (setting(Setting) is not { Length: > 0 } given)
        {
            return File.Exists(Path.Combine(AppContext.BaseDirectory, Cpu))
                ? new(AppContext.BaseDirectory)
                : throw new FormatException(
                    $"This worker was built without libtorch. Set {Setting} to the folder torch/lib of an installed "
                        + "PyTorch; python3 -c 'import torch; print(torch.__path__[0] + \"/lib\")' prints it.");
        }
        var folder = new[] { given, Path.Combine(given, "lib"), Path.Combine(given, "torch", "lib") }
            .FirstOrDefault(place => File.Exists(Path.Combine(place, Cpu)))
            ?? throw new FormatException(
                $"The setting {Setting} is '{given}', but there is no {Cpu}. Set it to the folder torch/lib of an "
                    + "installed PyTorch; python3 -c 'import torch; print(torch.__path__[0] + \"/lib\")' prints it.");
        folder = Path.GetFullPath(folder);
        return new(folder, Given: true, VersionOf(folder));
    }

    /// <summary>A PyTorch states its version in torch/version.py, an archive of libtorch in build-version.</summary>
    private static Version? VersionOf(string folder)
    {
        foreach (var file in new[] { "../version.py", "../build-version" })
        {
            if (Path.Combine(folder, file) is var path && File.Exists(path)
                && VersionText().Match(File.ReadAllText(path)) is { Success: true } found)
                return System.Version.Parse(found.Value);
        }
        return null;
    }

    [GeneratedRegex(@"\d+\.\d+\.\d+")]
    private static partial Regex VersionText();
}
