using PieService.Domain.Datasets;
using PieService.Domain.Recipes;

namespace PieService.Domain.Pies;

/// <summary>A pruned cohort against its dense cohort, over one sweep's seeds: the unit PIEs exist for.</summary>
public sealed class Comparison
{
    public Guid Id { get; init; }
    public Guid SweepId { get; init; }
    public int Ordinal { get; init; }

    /// <summary>The model's name in the sweep.</summary>
    public required string Model { get; init; }
    public Architecture Architecture { get; init; }
    public Method Method { get; init; }
    public decimal Sparsity { get; init; }
    public Method Baseline { get; init; }
    public Split Split { get; init; }
    public required string DenseFingerprint { get; init; }
    public required string PrunedFingerprint { get; init; }
    public int ExpectedSeeds { get; init; }

    /// <summary>When its labelling was last asked for; null: nobody did since its runs last changed.</summary>
    public DateTimeOffset? LabellingAskedAt { get; init; }
    public DateTimeOffset? LabelledAt { get; init; }

    /// <summary>Null until it was labelled.</summary>
    public ComparisonSummary? Summary { get; init; }
}

/// <summary>What one labelling found; over the seeds that both cohorts have.</summary>
/// <param name="Complete">Every expected run of both cohorts succeeded.</param>
/// <param name="DenseOnPies">Accuracy of the dense majority on the PIEs; null where there are none.</param>
public sealed record ComparisonSummary(
    int DenseSeeds,
    int PrunedSeeds,
    bool Complete,
    int Examples,
    int Pies,
    int DenseTies,
    int PrunedTies,
    Spread AchievedSparsity,
    Spread DenseScore,
    Spread PrunedScore,
    double? DenseOnPies,
    double? PrunedOnPies);

/// <summary>Mean and sample standard deviation (ddof = 1) over seeds; the deviation is null below two.</summary>
public sealed record Spread(double Mean, double? Sd)
{
    /// <exception cref="InvalidOperationException">There is no value.</exception>
    public static Spread Of(IReadOnlyCollection<double> values)
    {
        var mean = values.Average();
        return new Spread(
            mean,
            values.Count < 2 ? null : Math.Sqrt(values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1)));
    }
}
