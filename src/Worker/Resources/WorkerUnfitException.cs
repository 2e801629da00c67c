using PieService.Domain.Runs;

namespace PieService.Worker.Resources;

/// <summary>
/// This worker does not have the vectors or the checkpoint that the run needs, or only a damaged copy; another worker
/// may have it. The run is not at fault.
/// </summary>
public sealed class WorkerUnfitException(string message, ModelKind kind, string name) : Exception(message)
{
    public ModelKind Kind { get; } = kind;

    /// <summary>The kind of the missing resource.</summary>
    public string Name { get; } = name;
}
