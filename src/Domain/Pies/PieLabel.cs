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

/// <summary>
/// One example in one comparison: the votes of both cohorts, and whether their majorities differ. A grid of the study's
/// size has 10^7 of these rows, so what follows from a comparison and a position is not stored in them: the id of the
/// example, and its texts.
/// </summary>
public sealed class PieLabel
{
    /// <summary>The <see cref="Comparison.Number"/> of the comparison.</summary>
    public int ComparisonNumber { get; init; }

    /// <summary>The position of the example in the split of the comparison.</summary>
    public int Position { get; init; }

    /// <summary>The gold class of single-label data; null for multi-label data.</summary>
    public short? Gold { get; init; }

    /// <summary>The number of runs that predict each class, as <see cref="PackedVotes"/>.</summary>
    public required byte[] DenseVotes { get; init; }
    public required byte[] PrunedVotes { get; init; }

    public short DenseRuns { get; init; }
    public short PrunedRuns { get; init; }
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

    /// <summary>
    /// Of the exact test whether both cohorts draw their votes from one distribution (Analysis/ExampleTests); null,
    /// like the next three, if most dense runs have collapsed.
    /// </summary>
    public double? P { get; init; }

    /// <summary>The q value of <see cref="P"/> over all examples of the comparison.</summary>
    public double? Q { get; init; }

    /// <summary>Of the test that compares the dense and the pruned run of each seed.</summary>
    public double? PairedP { get; init; }

    /// <summary>The q value of <see cref="PairedP"/>.</summary>
    public double? PairedQ { get; init; }

    /// <summary>The probability that as many new seeds would make the example a PIE; null for many runs.</summary>
    public double? Inclusion { get; init; }

    /// <summary>The sum of the differences of the shares of votes (Analysis/VoteShift).</summary>
    public double Taxicab { get; init; }

    /// <summary>The estimated distance of the shares of votes, 0 on average without an effect; null for one
    /// seed.</summary>
    public double? Shift { get; init; }

    /// <summary>How much the dense runs support the gold labels, in [0, 1] (Analysis/SelfConfidence); null for imported
    /// predictions without scores.</summary>
    public double? SelfConfidence { get; init; }

    /// <summary>
    /// Whether a PIE is one against the second dense cohort too; null if the example is not a PIE, and without such a
    /// cohort.
    /// </summary>
    public bool? Replicated { get; init; }
}
