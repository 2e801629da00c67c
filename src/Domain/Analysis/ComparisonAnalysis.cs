namespace PieService.Domain.Analysis;

/// <summary>The stored analysis of a comparison; it is made again with each labelling.</summary>
public sealed class ComparisonAnalysis
{
    /// <summary>
    /// The version of the computations, here and in <see cref="ExampleMeasures"/>. Where it has been increased, the API
    /// asks for all labels again when it starts.
    /// </summary>
    public const int CurrentVersion = 5;

    public Guid ComparisonId { get; init; }
    public int Version { get; init; } = CurrentVersion;
    public DateTimeOffset AnalysedAt { get; init; }
    public required AnalysisResult Result { get; init; }
}
