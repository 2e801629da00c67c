namespace PieService.Domain.Runs;

/// <summary>What one pruning did to the model of a run (study 1.12).</summary>
/// <param name="AfterEpochs">Finished epochs at that time; 0: before the training.</param>
/// <param name="AchievedSparsity">Pruned so far, of all prunable weights, in percent.</param>
/// <param name="Compression">Prunable weights / those that are left; null where none is.</param>
/// <param name="AccuracyBefore">On the test split, in [0, 1]; null before the training, and for multi-label data.</param>
/// <param name="AccuracyAfter">The same after the pruning and, where the method rewinds, after that.</param>
public sealed record RunPruning(int AfterEpochs, double AchievedSparsity, double? Compression, double? AccuracyBefore, double? AccuracyAfter)
{
    // The published code's: it keeps the quotient finite where nothing was right before.
    private const double Epsilon = 1e-9;

    /// <summary>(before - after) / (before + 1e-9): the share of its accuracy that the pruning cost.</summary>
    public double? Stability => (AccuracyBefore - AccuracyAfter) / (AccuracyBefore + Epsilon);
}
