namespace PieService.Domain.Runs;

/// <summary>The effect of one pruning on the model of a run.</summary>
/// <param name="AfterEpochs">The number of finished epochs at that time; 0 before the training.</param>
/// <param name="AchievedSparsity">The share of all prunable weights that are pruned so far, in percent.</param>
/// <param name="Compression">
/// The number of prunable weights divided by the number of those that are kept; null if none is kept.
/// </param>
/// <param name="AccuracyBefore">
/// The accuracy on the test split before the pruning, in [0, 1]; null before the training, and for multi-label data.
/// </param>
/// <param name="AccuracyAfter">
/// The accuracy on the test split after the pruning and, if the method rewinds, after the rewinding.
/// </param>
public sealed record RunPruning(
    int AfterEpochs, double AchievedSparsity, double? Compression, double? AccuracyBefore, double? AccuracyAfter)
{
    // The published code's value: it keeps the quotient finite if the accuracy before is 0.
    private const double Epsilon = 1e-9;

    /// <summary>The share of its accuracy that the pruning cost: (before - after) / (before + 1e-9).</summary>
    public double? Stability => (AccuracyBefore - AccuracyAfter) / (AccuracyBefore + Epsilon);
}
