namespace PieService.Worker.Supervision;

/// <summary>This worker's vectors are not those that the run needs; another worker may have them. Nothing is wrong with the run.</summary>
public sealed class WorkerUnfitException(string message, string vectors) : Exception(message)
{
    /// <summary>The name of the vectors that it must not be given again.</summary>
    public string Vectors { get; } = vectors;
}
