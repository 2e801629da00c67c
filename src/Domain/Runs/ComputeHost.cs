namespace PieService.Domain.Runs;

/// <summary>What computed a run beside its device. When a fault is found later, the runs that it touched are found by these.</summary>
/// <param name="Library">The tensor library and the version that TorchSharp was built for, such as libtorch 2.10.0.</param>
/// <param name="Allocator">
/// The memory allocator of the trainer process: tcmalloc, glibc (with settings), system, or the name of another library.
/// </param>
public sealed record ComputeHost(Processor Processor, string Library, string Allocator);
