namespace PieService.Domain.Runs;

/// <summary>
/// The environment that, beside the device, computed a run. If a fault of an environment is found later, the affected
/// runs can be identified by it.
/// </summary>
/// <param name="Library">
/// The tensor library and the version that TorchSharp was built for, such as libtorch 2.10.0.
/// </param>
/// <param name="Allocator">
/// The memory allocator of the trainer process: tcmalloc, glibc (with settings), system, or the name of another
/// library.
/// </param>
public sealed record ComputeHost(Processor Processor, string Library, string Allocator);
