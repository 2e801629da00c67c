using System.Text.Json.Serialization;

namespace PieService.Domain.Pies;

/// <summary>Which cohort's majority is right, where the two disagree; of multi-label data on all classes on which they do.</summary>
public enum PieDirection
{
    [JsonStringEnumMemberName("denseRight")] DenseRight,
    [JsonStringEnumMemberName("prunedRight")] PrunedRight,

    /// <summary>Single-label data: neither majority is the gold label.</summary>
    [JsonStringEnumMemberName("bothWrong")] BothWrong,

    /// <summary>Multi-label data: each is right on some of these classes.</summary>
    [JsonStringEnumMemberName("mixed")] Mixed,
}

/// <summary>One example in one comparison: how both cohorts voted, and whether they disagree.</summary>
public sealed class PieLabel
{
    public Guid ComparisonId { get; init; }
    public int Position { get; init; }
    public Guid ExampleId { get; init; }

    /// <summary>Of single-label data; null otherwise, where the example has its labels and the votes say the majorities.</summary>
    public short? Gold { get; init; }

    /// <summary>Runs that predict each class, in label order.</summary>
    public required int[] DenseVotes { get; init; }
    public required int[] PrunedVotes { get; init; }

    /// <summary>Runs of each of the two cohorts.</summary>
    public short Runs { get; init; }
    public short? DenseMode { get; init; }
    public short? PrunedMode { get; init; }
    public bool DenseTied { get; init; }
    public bool PrunedTied { get; init; }

    /// <summary>How sure the less certain cohort is (<see cref="Vote"/>, <see cref="LabelVotes"/>), in [0, 1].</summary>
    public double Margin { get; init; }
    public bool IsPie { get; init; }

    /// <summary>Null where the example is no PIE.</summary>
    public PieDirection? Direction { get; init; }

    /// <summary>
    /// Of a training example, after the first epoch that the dense runs observed; null for examples of other splits, and where none was.
    /// </summary>
    public double? El2n { get; init; }

    /// <summary>1 = least influential, by that EL2N.</summary>
    public short? InfluenceBin { get; init; }
}
