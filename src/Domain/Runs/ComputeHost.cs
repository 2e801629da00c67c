namespace PieService.Domain.Runs;

/// <summary>What computes a run beside its device: a fault that is found later is searched for by these.</summary>
/// <param name="Library">The tensor library and its version, such as libtorch 2.10.0.</param>
/// <param name="Allocator">The memory allocator of the trainer process: tcmalloc, glibc tuned, glibc, or another library's name.</param>
public sealed record ComputeHost(Processor Processor, string Library, string Allocator);
