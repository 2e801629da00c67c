namespace PieService.Domain.Runs;

/// <summary>A device on which a worker trains: its processor, a GPU, or a part of a GPU (MIG).</summary>
/// <param name="Name">
/// cpu, or the index of the GPU as nvidia-smi numbers it, such as cuda:1. A part of a GPU has the index of the GPU.
/// </param>
/// <param name="Slots">The number of runs that are trained on it at the same time.</param>
/// <param name="Uuid">The UUID of the GPU or of the part; null for a processor, or if nvidia-smi is missing.</param>
/// <param name="Model">
/// The name of the GPU, such as NVIDIA H200, and the profile of a part; null if it is unknown.
/// </param>
/// <param name="MemoryMib">The memory of the GPU or of the part; null if it is unknown.</param>
/// <param name="UsedMib">The memory that processes use on it; null if it is unknown.</param>
/// <param name="Utilisation">
/// The share of the last sample period in which the GPU computed, in percent; null if it is unknown, as for a part.
/// </param>
/// <param name="Temperature">The temperature of the GPU in degrees Celsius; null if it is unknown.</param>
/// <param name="Driver">The version of the driver; null if it is unknown.</param>
/// <param name="Mps">Whether the processes on the GPU share it by NVIDIA's Multi-Process Service.</param>
public sealed record ComputeDevice(
    string Name, int Slots, string? Uuid = null, string? Model = null, long? MemoryMib = null, long? UsedMib = null,
    int? Utilisation = null, int? Temperature = null, string? Driver = null, bool Mps = false)
{
    /// <summary>The types of devices.</summary>
    public const string Cpu = "cpu", Cuda = "cuda";
}
