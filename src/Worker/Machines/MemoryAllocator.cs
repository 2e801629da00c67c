using System.Collections.Immutable;

namespace PieService.Worker.Machines;

/// <summary>
/// The allocator of a trainer process, which is chosen by the environment that the process is started with. By default
/// glibc maps and unmaps every large tensor, so that each training step faults its pages in again: bench/ measures the
/// cost.
/// </summary>
/// <param name="Name">The name that PIE_ALLOCATOR uses and that runs record.</param>
/// <param name="Environment">The variables that the process needs in its environment before it starts.</param>
public sealed record MemoryAllocator(string Name, ImmutableSortedDictionary<string, string> Environment)
{
    private const string Preload = "LD_PRELOAD", TcMallocFile = "libtcmalloc_minimal.so.4", TopPad = "MALLOC_TOP_PAD_";

    private static readonly string[] LibraryFolders =
        ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib"];

    /// <summary>The allocator of the system, unchanged.</summary>
    public static readonly MemoryAllocator System = new("system", ImmutableSortedDictionary<string, string>.Empty);

    /// <summary>
    /// glibc's allocator, set to keep its memory: it does not map single tensors, and returns only memory beyond
    /// 8 GiB.
    /// </summary>
    public static readonly MemoryAllocator Glibc = new("glibc", ImmutableSortedDictionary<string, string>.Empty
        .Add("MALLOC_MMAP_MAX_", "0")
        .Add("MALLOC_MMAP_THRESHOLD_", "2147483648")
        .Add("MALLOC_TRIM_THRESHOLD_", "8589934592")
        .Add(TopPad, "268435456"));

    /// <summary>tcmalloc if its library is installed; null otherwise.</summary>
    public static MemoryAllocator? TcMalloc() =>
        LibraryFolders.Select(folder => Path.Combine(folder, TcMallocFile)).FirstOrDefault(File.Exists) is { } library
            ? new("tcmalloc", ImmutableSortedDictionary<string, string>.Empty.Add(Preload, library))
            : null;

    /// <param name="setting">PIE_ALLOCATOR: auto (or null), tcmalloc, glibc, system.</param>
    /// <exception cref="FormatException">The setting is not one of these, or the library is not installed.</exception>
    public static MemoryAllocator Choose(string? setting) => setting switch
    {
        // The worker's environment already preloads a library, which may be an allocator.
        null or "" or "auto" => Preloaded.Length > 0 ? System : TcMalloc() ?? Glibc,
        "tcmalloc" when Preloaded.Any(library => Path.GetFileName(library) != TcMallocFile) =>
            throw new FormatException(
                $"PIE_ALLOCATOR is tcmalloc, but LD_PRELOAD is {string.Join(':', Preloaded)}. Unset one of them."),
        "tcmalloc" => TcMalloc() ?? throw new FormatException(
            $"PIE_ALLOCATOR is tcmalloc, but {TcMallocFile} is not installed. On Debian or Ubuntu: sudo apt-get "
                + "install -y libtcmalloc-minimal4"),
        "glibc" => Glibc,
        "system" => System,
        _ => throw new FormatException(
            $"The setting PIE_ALLOCATOR is '{setting}'; it must be auto, tcmalloc, glibc or system."),
    };

    /// <summary>
    /// The allocator that this process uses in fact: if the loader cannot preload a library, it only warns.
    /// </summary>
    public static string OfThisProcess()
    {
        var loaded = File.Exists("/proc/self/maps") ? File.ReadAllText("/proc/self/maps") : "";
        string[] names = [
            .. Preloaded.Select(library => Path.GetFileName(library))
                .Where(name => loaded.Contains(name, StringComparison.Ordinal))];
        return names.Length > 0 ? string.Join(' ', names.Select(name => name == TcMallocFile ? "tcmalloc" : name))
            : string.IsNullOrEmpty(global::System.Environment.GetEnvironmentVariable(TopPad)) ? System.Name
            : Glibc.Name;
    }

    /// <summary>
    /// The libraries in LD_PRELOAD, without files that do not exist: the loader skips them with a warning.
    /// </summary>
    private static string[] Preloaded =>
    [
        .. (global::System.Environment.GetEnvironmentVariable(Preload) ?? "")
            .Split([':', ' '], StringSplitOptions.RemoveEmptyEntries)
            .Where(library => !library.Contains('/', StringComparison.Ordinal) || File.Exists(library)),
    ];
}
