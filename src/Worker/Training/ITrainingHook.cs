namespace PieService.Worker.Training;

/// <summary>
/// Steps around the epochs that are not part of the training loop: pruning, observation, checkpoints.
/// </summary>
public interface ITrainingHook
{
    /// <summary>
    /// Called before every epoch and also at the end of the training: with E = 1, protocol paper prunes once more at
    /// the end.
    /// </summary>
    /// <param name="epochsDone">
    /// The number of finished epochs, including those of earlier attempts and of the trunk; 0 before the first epoch.
    /// </param>
    void BeforeEpoch(int epochsDone);

    /// <param name="epochsDone">The number of finished epochs, including the one that has just finished.</param>
    void AfterEpoch(int epochsDone, TrainedEpoch trained)
    {
    }
}

/// <summary>The results of an epoch, measured during training while the weights changed.</summary>
/// <param name="Moving">The prediction for each training example at the time of its batch.</param>
/// <param name="Loss">Mean of the batch means, unweighted.</param>
public sealed record TrainedEpoch(SplitLogits Moving, double Loss);
