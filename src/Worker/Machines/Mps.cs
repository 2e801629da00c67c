namespace PieService.Worker.Machines;

/// <summary>
/// NVIDIA's Multi-Process Service, by which processes compute on a GPU at the same time and not in turns. A process
/// uses it if its control daemon runs; the trainers inherit the environment that leads to the daemon.
/// </summary>
internal static class Mps
{
    private const string DefaultFolder = "/tmp/nvidia-mps";

    /// <summary>Whether the control daemon's pipe is there.</summary>
    public static bool IsOn(Func<string, string?> setting) =>
        File.Exists(Path.Combine(
            setting("CUDA_MPS_PIPE_DIRECTORY") is { Length: > 0 } folder ? folder : DefaultFolder, "control"));
}
