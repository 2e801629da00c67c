using PieService.Domain.Runs;

namespace PieService.Worker.Supervision;

/// <summary>This worker's vectors or checkpoint are not those that the run needs; another worker may have them. Nothing is wrong with the run.</summary>
public sealed class WorkerUnfitException(string message, ModelKind kind, string name) : Exception(message)
{
    public ModelKind Kind { get; } = kind;

    /// <summary>Of what it must not be given again.</summary>
    public string Name { get; } = name;
}
