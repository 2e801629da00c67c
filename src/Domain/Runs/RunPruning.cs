namespace PieService.Domain.Runs;

/// <summary>The effect of one pruning on the model of a run (study 1.12).</summary>
/// <param name="AfterEpochs">The number of finished epochs at that time; 0 means before the training.</param>
/// <param name="AchievedSparsity">The share of all prunable weights that is pruned so far, in percent.</param>
/// <param name="Compression">Prunable weights / kept weights; null if no weight is kept.</param>
/// <param name="AccuracyBefore">On the test split; null before the training, and for multi-label data.</param>
/// <param name="AccuracyAfter">The accuracy after the pruning and, if the method rewinds, after the rewinding.</param>
public sealed record RunPruning(int AfterEpochs, double AchievedSparsity, double? Compression, double? AccuracyBefore, double? AccuracyAfter)
{
    // The published code's value: it keeps the quotient finite if the accuracy before is 0.
    private const double Epsilon = 1e-9;

    /// <summary>(before - after) / (before + 1e-9): the share of its accuracy that the pruning cost.</summary>
    public double? Stability => (AccuracyBefore - AccuracyAfter) / (AccuracyBefore + Epsilon);
}
