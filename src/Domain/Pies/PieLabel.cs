using System.Text.Json.Serialization;

namespace PieService.Domain.Pies;

/// <summary>
/// The cohort whose majority is right, if the majorities differ; for multi-label data, on all classes on which they
/// differ.
/// </summary>
public enum PieDirection
{
    [JsonStringEnumMemberName("denseRight")] DenseRight,
    [JsonStringEnumMemberName("prunedRight")] PrunedRight,

    /// <summary>Single-label data: neither majority is the gold label.</summary>
    [JsonStringEnumMemberName("bothWrong")] BothWrong,

    /// <summary>Multi-label data: each is right on some of these classes.</summary>
    [JsonStringEnumMemberName("mixed")] Mixed,
}

/// <summary>One example in one comparison: the votes of both cohorts, and whether their majorities differ.</summary>
public sealed class PieLabel
{
    public Guid ComparisonId { get; init; }
    public int Position { get; init; }
    public Guid ExampleId { get; init; }

    /// <summary>The gold class of single-label data; null for multi-label data.</summary>
    public short? Gold { get; init; }

    /// <summary>The number of runs that predict each class, in label order.</summary>
    public required int[] DenseVotes { get; init; }
    public required int[] PrunedVotes { get; init; }

    /// <summary>The number of runs of each of the two cohorts.</summary>
    public short Runs { get; init; }
    public short? DenseMode { get; init; }
    public short? PrunedMode { get; init; }
    public bool DenseTied { get; init; }
    public bool PrunedTied { get; init; }

    /// <summary>
    /// The certainty of the less certain cohort (<see cref="Vote"/>, <see cref="LabelVotes"/>), in [0, 1].
    /// </summary>
    public double Margin { get; init; }
    public bool IsPie { get; init; }

    /// <summary>Null if the example is not a PIE.</summary>
    public PieDirection? Direction { get; init; }

    /// <summary>
    /// For a training example, after the first epoch that the dense runs observed; null for examples of other splits,
    /// and if no epoch was observed.
    /// </summary>
    public double? El2n { get; init; }

    /// <summary>The bin by that EL2N; 1 has the least influential examples.</summary>
    public short? InfluenceBin { get; init; }
}
