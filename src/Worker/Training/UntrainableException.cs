namespace PieService.Worker.Training;

/// <summary>This run cannot be trained, however often it is tried: its inputs or its recipe must change.</summary>
public sealed class UntrainableException(string message) : Exception(message)
{
    public static UntrainableException Diverged(int epoch, double loss) =>
        new(FormattableString.Invariant($"diverged at epoch {epoch}: loss is {loss}; lower the learning rate"));

    /// <summary>The last update of an epoch, which no loss has seen, or the gradient that impact pruning takes.</summary>
    public static UntrainableException NoScore(int epochsDone, string tensor, double score) =>
        new(FormattableString.Invariant($"diverged after {epochsDone} epochs: the pruning score of a weight of {tensor} is {score}; lower the learning rate"));
}
