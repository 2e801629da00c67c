using System.Text.Json.Serialization;

namespace PieService.Domain.Pies;

/// <summary>Which cohort's majority has the gold label, where the two disagree.</summary>
public enum PieDirection
{
    [JsonStringEnumMemberName("denseRight")] DenseRight,
    [JsonStringEnumMemberName("prunedRight")] PrunedRight,
    [JsonStringEnumMemberName("bothWrong")] BothWrong,
}

/// <summary>One example in one comparison: how both cohorts voted, and whether they disagree.</summary>
public sealed class PieLabel
{
    public Guid ComparisonId { get; init; }
    public int Position { get; init; }
    public Guid ExampleId { get; init; }
    public short Gold { get; init; }

    /// <summary>Runs that predict each class, in label order.</summary>
    public required int[] DenseVotes { get; init; }
    public required int[] PrunedVotes { get; init; }
    public short DenseMode { get; init; }
    public short PrunedMode { get; init; }
    public bool DenseTied { get; init; }
    public bool PrunedTied { get; init; }

    /// <summary>The smaller of the two cohorts' (top - second) / runs, in [0, 1].</summary>
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
