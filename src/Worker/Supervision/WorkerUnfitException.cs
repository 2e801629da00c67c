using PieService.Domain.Runs;

namespace PieService.Worker.Supervision;

/// <summary>This worker does not have the vectors or the checkpoint that the run needs, or not whole; another worker may. Nothing is wrong with the run.</summary>
public sealed class WorkerUnfitException(string message, ModelKind kind, string name) : Exception(message)
{
    public ModelKind Kind { get; } = kind;

    /// <summary>Of what is wanting.</summary>
    public string Name { get; } = name;
}
