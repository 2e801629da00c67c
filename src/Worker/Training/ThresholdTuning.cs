using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Worker.Text;

namespace PieService.Worker.Training;

/// <summary>
/// The threshold of multi-label data, tuned again after each epoch. Protocol paper uses predictions made during
/// training, while the weights changed. Protocol sound uses examples that are not trained on, in
/// evaluation mode after the epoch. Single-label data has no threshold.
/// </summary>
/// <param name="heldOut">The examples for tuning in protocol sound if there is no validation split.</param>
internal sealed class ThresholdTuning(
    EvaluatedSplits evaluated, LearningTask task, Protocol protocol, TokenisedSplit heldOut)
{
    /// <summary>
    /// The threshold after the last trained epoch; null for single-label data, and before the first epoch.
    /// </summary>
    public double? Threshold { get; private set; }

    /// <param name="moving">The predictions for the training examples, made during the epoch.</param>
    /// <param name="validation">The predictions for the validation split after the epoch; null if there is
    /// none.</param>
    public void AfterEpoch(SplitLogits moving, SplitLogits? validation)
    {
        if (task == LearningTask.SingleLabel) return;
        var tuned = protocol switch
        {
            Protocol.Paper => moving,
            Protocol.Sound => validation ?? evaluated.Of(heldOut),
        };
        Threshold = DecisionThreshold.Tune(tuned.Gold, tuned.Logits);
    }

    /// <summary>Tunes the threshold of a trained model in protocol sound.</summary>
    /// <param name="validation">The validation split; it may have no examples.</param>
    public void AfterTraining(TokenisedSplit validation)
    {
        var answers = evaluated.Of(validation.Count > 0 ? validation : heldOut);
        Threshold = DecisionThreshold.Tune(answers.Gold, answers.Logits);
    }

    /// <summary>Continues with the threshold of a checkpoint.</summary>
    public void Restore(double? threshold) => Threshold = threshold;
}
