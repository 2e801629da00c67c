namespace PieService.Domain.Runs;

/// <summary>
/// The environment that, beside the device, computed a run. If a fault of an environment is found later, the affected
/// runs can be identified by it.
/// </summary>
/// <param name="Library">
/// The tensor library and its version, such as libtorch 2.10.0: that of PIE_LIBTORCH, else that of its package.
/// </param>
/// <param name="Allocator">
/// The memory allocator of the trainer process: tcmalloc, glibc (with settings), system, or the name of another
/// library.
/// </param>
/// <param name="Gpu">The name of the GPU; null for a run on a processor, or if the name is unknown.</param>
/// <param name="Driver">The version of the GPU's driver; null likewise.</param>
public sealed record ComputeHost(
    Processor Processor, string Library, string Allocator, string? Gpu = null, string? Driver = null);
