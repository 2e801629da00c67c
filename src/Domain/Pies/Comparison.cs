using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Sweeps;

namespace PieService.Domain.Pies;

/// <summary>
/// A pruned cohort compared with its dense cohort, over one sweep's seeds: PIEs are defined for a comparison.
/// </summary>
public sealed class Comparison
{
    public Guid Id { get; init; }

    /// <summary>
    /// A number that the database assigns, for the rows of <see cref="PieLabel"/>: it has 12 bytes less than the id.
    /// </summary>
    public int Number { get; init; }
    public Guid SweepId { get; init; }
    public int Ordinal { get; init; }

    /// <summary>The name of the model in the sweep.</summary>
    public required string Model { get; init; }
    public Architecture Architecture { get; init; }
    public Method Method { get; init; }
    public decimal Sparsity { get; init; }

    /// <summary>The same; null for an imported cohort of unknown sparsity.</summary>
    public decimal? KnownSparsity => Cohort is null || AchievedSparsity is not null ? Sparsity : null;
    public Method Baseline { get; init; }
    public Split Split { get; init; }
    public required string DenseFingerprint { get; init; }
    public required string PrunedFingerprint { get; init; }

    /// <summary>How the pruned run of a seed is related to the dense run of the same seed.</summary>
    public SeedPairing Pairing { get; init; } = SeedPairing.Seed;

    /// <summary>
    /// Whether a dense and a pruned run of the same seed belong together; then the comparison is over the seeds
    /// that both cohorts have.</summary>
    public bool IsPaired => Pairing != SeedPairing.None;

    /// <summary>The number of dense runs that the labels are expected to follow from.</summary>
    public int ExpectedDense { get; init; }
    public int ExpectedPruned { get; init; }

    /// <summary>The name of the foreign cohort that is compared with its baseline; null, like the compression
    /// and the bits, if this service trains the runs.</summary>
    public string? Cohort { get; init; }

    /// <summary>Where the runs come from.</summary>
    public CohortKind Kind => CohortKind.OfNamed(Cohort);

    /// <summary>The compression of that cohort in words.</summary>
    public string? Compression { get; init; }

    /// <summary>The bits of one of its weights.</summary>
    public double? Bits { get; init; }

    /// <summary>
    /// When a message to label it was last sent, or the labelling that followed has failed; null if a message must be
    /// sent. Storage/Labelling describes the protocol.
    /// </summary>
    public DateTimeOffset? LabellingAskedAt { get; init; }
    public DateTimeOffset? LabelledAt { get; init; }

    /// <summary>The number of labellings that have begun since one was asked for; 0 after one that succeeded.</summary>
    public int LabellingAttempts { get; init; }

    /// <summary>Why the last labelling failed; null if none has failed since the last one that succeeded.</summary>
    public string? LabellingError { get; init; }

    /// <summary>When all attempts had failed; null while there are attempts left.</summary>
    public DateTimeOffset? LabellingFailedAt { get; init; }

    /// <summary>Null until the comparison is labelled.</summary>
    public ComparisonSummary? Summary { get; init; }

    /// <summary>
    /// The results that a bundle states of this comparison; null if it does not come from a bundle, and from the first
    /// run on that ends here.
    /// </summary>
    public StatedResults? Stated { get; init; }

    /// <summary>How the last labels differ from <see cref="Stated"/>; null without them.</summary>
    public string[]? StatedDifferences { get; init; }

    /// <summary>The mean over the pruned runs, in percent; copied from the summary for queries.</summary>
    public double? AchievedSparsity { get; init; }

    /// <summary>A copy of <see cref="ComparisonSummary.Complete"/>, for queries; null without a summary.</summary>
    public bool? IsComplete { get; init; }

    /// <summary>What is doubtful about the PIEs; empty until it is labelled.</summary>
    public IReadOnlyList<Warning> Warnings => Summary is null ? []
        : [.. ComparisonWarnings.Of(Summary, Kind), .. ComparisonWarnings.OfStated(StatedDifferences ?? [])];

    /// <param name="summary">Of this comparison.</param>
    public ComparedCohorts CohortsIn(ComparisonSummary summary) =>
        new(summary.DenseSeeds, summary.PrunedSeeds, IsPaired) { Kind = Kind };
}
