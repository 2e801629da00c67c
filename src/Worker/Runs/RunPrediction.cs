using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Worker.Files;
using PieService.Worker.Machines;
using PieService.Worker.Text;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Worker.Runs;

/// <summary>Makes a trained model predict again from the files of its assignment; nothing is trained.</summary>
public sealed class RunPrediction(TrainerSettings settings)
{
    /// <exception cref="UnusableModelException">The checkpoint that the model started from cannot be used in its
    /// present state.</exception>
    /// <exception cref="UntrainableException">
    /// The trained model's file is not the kept file, or belongs to another model; another attempt would not help.
    /// </exception>
    /// <exception cref="IOException">The trained model's file cannot be read at the moment.</exception>
    /// <exception cref="OperationCanceledException">Thrown between two batches.</exception>
    public TrainingResult Execute(TrainingAssignment assignment, TrainingListener listener)
    {
        var recipe = assignment.Recipe;
        var inputs = TrainingInputs.Load(assignment);
        var machine = settings.Prepare(recipe.Hyperparameters.Precision);

        using var scope = NewDisposeScope();
        using var model = Classifiers.Create(recipe, inputs, machine.Device);
        using var parameters = new ParameterBuffer(model);
        var kept = Restore(assignment.Trained!, parameters);

        var evaluated = new EvaluatedSplits(model, parameters, listener.Heartbeat);
        var tuning = new ThresholdTuning(
            evaluated, inputs.Dataset.Task, recipe.Protocol, inputs.Training().HeldOut);
        tuning.Restore(kept);
        // Protocol paper tunes on predictions made during training, which cannot be made again.
        if (inputs.Dataset.Task == LearningTask.MultiLabel && recipe.Protocol == Protocol.Sound)
            tuning.AfterTraining(inputs.Split(TokenisedDataset.Validation));
        return new(
            [.. assignment.PredictSplits.Select(
                split => evaluated.Of(inputs.Split(split)).Pack(tuning.Threshold))],
            [.. parameters.Masks.Select(pair => new TensorSparsity(pair.Key, pair.Value.Size, pair.Value.Kept))],
            [],
            machine.DeviceName, machine.CpuCapability, machine.Threads, inputs.Vectors?.SourceSha256 ?? "",
            machine.Host,
            PretrainedSha256: inputs.Pretrained?.Sha256);
    }

    private static double? Restore(TrainedFile trained, ParameterBuffer parameters)
    {
        try
        {
            return ModelExport.Restore(trained, parameters);
        }
        catch (Exception unusable) when (unusable is InvalidDataException or ArgumentException)
        {
            throw new UntrainableException(
                $"{unusable.Message} So the model did not predict again; the earlier predictions remain.");
        }
    }
}
