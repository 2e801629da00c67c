namespace PieService.Worker.Training;

/// <summary>What happens around the epochs without the loop knowing of it: pruning, observation, checkpoints.</summary>
public interface ITrainingHook
{
    /// <summary>Also where the training ends: with E = 1, protocol paper prunes once more there (study 1.7).</summary>
    /// <param name="epochsDone">Finished epochs, those of earlier attempts and of the trunk included; 0 before the first.</param>
    void BeforeEpoch(int epochsDone);

    /// <param name="epochsDone">The one just finished included.</param>
    void AfterEpoch(int epochsDone, TrainedEpoch trained)
    {
    }
}

/// <summary>An epoch as it was while training, on moving weights.</summary>
/// <param name="Moving">What each training example was answered when its turn came.</param>
/// <param name="Loss">Mean of the batch means, unweighted (study 1.9).</param>
public sealed record TrainedEpoch(Scores Moving, double Loss);
