using System.Text.Json.Serialization;

namespace PieService.Domain.Sweeps;

/// <summary>The type of device that may train a run.</summary>
public enum DeviceWish
{
    /// <summary>Any device. A worker of either type takes the run.</summary>
    [JsonStringEnumMemberName("any")] Any,

    /// <summary>A processor.</summary>
    [JsonStringEnumMemberName("cpu")] Cpu,

    /// <summary>A GPU with CUDA.</summary>
    [JsonStringEnumMemberName("cuda")] Cuda,
}
