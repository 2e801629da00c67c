using PieService.Domain.Predictions;

namespace PieService.Domain.Pies;

/// <summary>What one labelling found; over the seeds that both cohorts have.</summary>
/// <param name="Complete">Every expected run of both cohorts succeeded.</param>
/// <param name="DenseTies">Examples on which the dense vote was a tie.</param>
/// <param name="DenseOnPies">Accuracy of the dense majority on the PIEs; null where there are none.</param>
/// <param name="Churn">Share of the examples on which the two runs of one seed disagree; null for labels of an earlier version.</param>
/// <param name="NoiseFloor">Null for labels of an earlier version.</param>
/// <param name="InfluenceEpochs">Epochs by whose EL2N the examples were put into bins; null for labels of an earlier version.</param>
/// <param name="NoInfluence">Why there are no bins; null where there are.</param>
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
    double? PrunedOnPies,
    Spread? Churn = null,
    NoiseFloor? NoiseFloor = null,
    IReadOnlyList<int>? InfluenceEpochs = null,
    string? NoInfluence = null)
{
    /// <param name="labels">One for each of the N examples.</param>
    /// <param name="dense">Packed classes (N x uint16) of each dense run, in seed order.</param>
    /// <param name="pruned">Of the pruned run of the same seed, in the same order.</param>
    /// <param name="achievedSparsity">Of each pruned run, in percent.</param>
    /// <param name="expectedSeeds">Seeds that the sweep asked for.</param>
    public static ComparisonSummary Of(
        IReadOnlyList<LabelledExample> labels, IReadOnlyList<byte[]> dense, IReadOnlyList<byte[]> pruned,
        IReadOnlyCollection<double> achievedSparsity, int expectedSeeds, NoiseFloor noiseFloor)
    {
        var pies = labels.Where(label => label.IsPie).ToList();
        return new ComparisonSummary(
            dense.Count,
            pruned.Count,
            dense.Count == expectedSeeds,
            labels.Count,
            pies.Count,
            labels.Count(label => label.Dense.IsTied),
            labels.Count(label => label.Pruned.IsTied),
            Spread.Of(achievedSparsity),
            Spread.Of([.. dense.Select(Accuracy)]),
            Spread.Of([.. pruned.Select(Accuracy)]),
            pies.Count == 0 ? null : pies.Average(label => label.Dense.Mode == label.Gold ? 1.0 : 0.0),
            pies.Count == 0 ? null : pies.Average(label => label.Pruned.Mode == label.Gold ? 1.0 : 0.0),
            Spread.Of(SeedChurn.PerSeed(dense, pruned)),
            noiseFloor);

        double Accuracy(byte[] classes) => labels.Average(label => PackedPredictions.ClassAt(classes, label.Position) == label.Gold ? 1.0 : 0.0);
    }
}
