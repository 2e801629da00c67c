using System.Globalization;

namespace PieService.Worker.Training;

/// <summary>This run cannot be trained, and a retry would not help: its inputs or its recipe must change.</summary>
public sealed class UntrainableException(string message) : Exception(message)
{
    public static UntrainableException Diverged(int epoch, double loss) =>
        new(FormattableString.Invariant($"diverged at epoch {epoch}: loss is {loss}; lower the learning rate"));

    /// <summary>
    /// The fault is in the last update of an epoch, for which no loss was computed, or in the gradient of impact
    /// pruning.
    /// </summary>
    public static UntrainableException NoScore(int epochsDone, string tensor, double score) =>
        new(string.Create(
            CultureInfo.InvariantCulture,
            $"diverged after {epochsDone} epochs: the pruning score of a weight of {tensor} is {score}; "
                + $"lower the learning rate"));
}
