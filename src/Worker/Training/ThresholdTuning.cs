using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Recipes;
using PieService.Worker.Models;
using PieService.Worker.Text;

namespace PieService.Worker.Training;

/// <summary>
/// The threshold of multi-label data, tuned anew after each epoch. Protocol paper: on the answers gathered while training, of moving
/// weights (study 1.11). Protocol sound: on examples that are not trained on, in evaluation mode after the epoch (study 1.15).
/// Single-label data has none.
/// </summary>
/// <param name="heldOut">Used in protocol sound where there is no validation split.</param>
internal sealed class ThresholdTuning(Classifier model, LearningTask task, Protocol protocol, TokenisedSplit heldOut, Pulse pulse)
{
    /// <summary>After the last epoch that was trained; null for single-label data, and before the first.</summary>
    public double? Threshold { get; private set; }

    /// <param name="moving">The answers to the training examples, gathered during the epoch.</param>
    /// <param name="validation">The answers to the validation split after it; null: there is none.</param>
    public void AfterEpoch(Scores moving, Scores? validation)
    {
        if (task == LearningTask.SingleLabel) return;
        var tuned = protocol switch
        {
            Protocol.Paper => moving,
            Protocol.Sound => validation ?? Evaluation.Run(model, heldOut, pulse),
        };
        Threshold = DecisionThreshold.Tune(tuned.Gold, tuned.Logits);
    }

    /// <summary>Tunes for a trained model, of protocol sound.</summary>
    /// <param name="validation">Without examples where there are none.</param>
    public void AfterTraining(TokenisedSplit validation)
    {
        var answers = Evaluation.Run(model, validation.Count > 0 ? validation : heldOut, pulse);
        Threshold = DecisionThreshold.Tune(answers.Gold, answers.Logits);
    }

    /// <summary>Goes on where a checkpoint was written.</summary>
    public void Restore(double? threshold) => Threshold = threshold;
}
