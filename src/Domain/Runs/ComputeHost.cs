namespace PieService.Domain.Runs;

/// <summary>
/// The hardware and software that computed a run, beside its device. When a fault becomes known later, these values
/// identify the runs that it affected.
/// </summary>
/// <param name="Library">The tensor library and the version that TorchSharp was built for, such as libtorch 2.10.0.</param>
/// <param name="Allocator">
/// The memory allocator of the trainer process: tcmalloc, glibc (with settings), system, or the name of another library.
/// </param>
public sealed record ComputeHost(Processor Processor, string Library, string Allocator);
