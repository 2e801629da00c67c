using PieService.Domain.Recipes;
using PieService.Domain.Runs;
using PieService.Worker.Files;
using PieService.Worker.Machines;
using PieService.Worker.Pruning;
using PieService.Worker.Text;
using PieService.Worker.Training;
using static TorchSharp.torch;

namespace PieService.Worker.Runs;

/// <summary>
/// Trains one run, from the files of its assignment to its predictions. It is synchronous and runs on the calling
/// thread, because torch's gradient mode and dispose scopes belong to a thread; only one runs in a process, because
/// torch's generator belongs to the process.
/// </summary>
public sealed class RunTraining(TrainerSettings settings)
{
    /// <exception cref="UntrainableException">The run cannot be trained, and a retry would not help.</exception>
    /// <exception cref="UnusableModelException">The checkpoint cannot be used in its present state.</exception>
    /// <exception cref="OperationCanceledException">Thrown between two batches; the last checkpoint that was reported
    /// is on the disk.</exception>
    public TrainingResult Execute(TrainingAssignment assignment, TrainingListener listener) => Execute(
        assignment, listener, train => TrainingOrder.Keyed(assignment.Recipe, assignment.Seed, train));

    /// <param name="orderOf">All randomness of the training, for its training split. Checkpoints do not record which
    /// function was used.</param>
    /// <param name="watcher">A hook that is also called for every epoch; may be null.</param>
    internal TrainingResult Execute(
        TrainingAssignment assignment, TrainingListener listener, Func<TokenisedSplit, TrainingOrder> orderOf,
        ITrainingHook? watcher = null)
    {
        var (recipe, plan) = (assignment.Recipe, assignment.Recipe.Plan);
        var inputs = TrainingInputs.Load(assignment);
        var (train, heldOut) = inputs.Training();
        var order = orderOf(train);
        var machine = settings.Prepare(recipe.Hyperparameters.Precision);

        var isPoolerDrawn = inputs.Pretrained is { } pretrained ? !pretrained.HasPooler : (bool?)null;
        if (isPoolerDrawn == true)
        {
            listener.Warn(
                $"The checkpoint {recipe.Checkpoint} has no pooler, so it is drawn from the seed of the run.");
        }

        using var scope = NewDisposeScope();
        manual_seed(order.InitSeed);
        using var model = Classifiers.Create(recipe, inputs, machine.Device, order.InitSeed);
        using var parameters = new ParameterBuffer(model);
        if (order.InitialWeights is { } given) parameters.SetValues(given);
        using var optimizer = new Adam(parameters, recipe.Hyperparameters.LearningRate);

        var parts = new MicroBatch(assignment.MicroBatch, recipe.Hyperparameters.BatchSize);
        var evaluated = new EvaluatedSplits(model, parameters, listener.Heartbeat, parts);
        var prunings = new PruningRecord(evaluated, parameters, inputs.Split(TokenisedDataset.Test));
        var own = new CheckpointIdentity(
            RecipeFingerprint.Of(recipe), assignment.Seed, inputs.Vectors?.SourceSha256, machine,
            inputs.Pretrained?.Sha256, assignment.MicroBatch);
        var tuning = new ThresholdTuning(evaluated, inputs.Dataset.Task, recipe.Protocol, heldOut);
        var hooks = new List<ITrainingHook>
        {
            new EpochReport(
                evaluated, inputs.Split(TokenisedDataset.Validation), inputs.Split(TokenisedDataset.Train),
                assignment.ObserveEpochs ?? [], tuning, CheckpointTimesOf(recipe),
                epochsDone =>
                    Checkpoint.Save(
                        assignment.OutputFolder, own, epochsDone, parameters, optimizer, prunings, tuning.Threshold),
                listener),
        };
        if (PruningRule.Of(recipe.Method) is not null)
            hooks.Add(new Pruner(recipe, assignment.Seed, parameters, optimizer,
                new ImpactGradient(model, parameters, train, recipe.Protocol, order.ImpactSample, order.ImpactSeed,
                    parts),
                prunings));

        if (watcher is not null) hooks.Add(watcher);

        var epochsDone = Restore(assignment, own, parameters, optimizer, prunings, tuning, listener);
        new Trainer(model, parameters, optimizer, train, order, parts)
            .Run(epochsDone, plan.TotalEpochs, hooks, listener.Heartbeat);

        IReadOnlyList<SplitPredictions> predictions =
            [.. assignment.PredictSplits.Select(
                split => Predict(evaluated, inputs.Split(split), tuning.Threshold, plan))];
        return new(
            predictions,
            [.. parameters.Masks.Select(pair => new TensorSparsity(pair.Key, pair.Value.Size, pair.Value.Kept))],
            prunings.Prunings,
            machine.DeviceName, machine.CpuCapability, machine.Threads, inputs.Vectors?.SourceSha256 ?? "",
            machine.Host,
            assignment.Keep is { } wish
                ? ModelExport.Save(wish, assignment, inputs, machine, parameters, tuning.Threshold) : null,
            inputs.Pretrained?.Sha256, isPoolerDrawn);
    }

    /// <summary>
    /// A dense run always ends with a checkpoint: branches start from it, and it can predict again. The other runs end
    /// with their result.
    /// </summary>
    private CheckpointTimes CheckpointTimesOf(Recipe recipe) => new(
        settings.CheckpointInterval, recipe.Method == Method.Dense ? recipe.Plan.TotalEpochs : null,
        TimeProvider.System);

    /// <summary>
    /// Loads the usable state with the most epochs: the run's own checkpoint, else the trunk's, else no state.
    /// </summary>
    /// <returns>The number of finished epochs.</returns>
    private static int Restore(
        TrainingAssignment assignment, CheckpointIdentity own, ParameterBuffer parameters, Adam optimizer,
        PruningRecord prunings, ThresholdTuning tuning, TrainingListener listener)
    {
        var trunk = own with { RecipeFingerprint = RecipeFingerprint.Of(assignment.Recipe.Dense) };
        var plan = assignment.Recipe.Plan;
        foreach (var (checkpoint, identity, last) in new[]
                 {
                     (assignment.Resume, own, plan.TotalEpochs),
                     (assignment.Trunk, trunk, plan.SharedEpochs),
                 })
        {
            if (checkpoint is null) continue;
            double? threshold = null;
            var refusal = checkpoint.EpochsDone > last
                ? $"it holds {checkpoint.EpochsDone} epochs, of which this run can use {last}"
                : Checkpoint.TryRestore(checkpoint, identity, parameters, optimizer, prunings, out threshold);
            if (refusal is null)
            {
                tuning.Restore(threshold);
                return checkpoint.EpochsDone;
            }
            listener.Warn($"The checkpoint {checkpoint.Path} is not used: {refusal}.");
            listener.Note(
                $"The checkpoint after {checkpoint.EpochsDone} epochs is not used, and they are trained again: "
                    + $"{refusal}.");
        }
        return 0;
    }

    private static SplitPredictions Predict(
        EvaluatedSplits evaluated, TokenisedSplit split, double? threshold, PruningPlan plan)
    {
        var predictions = evaluated.Of(split).Pack(threshold);
        return split.Count == 0 || double.IsFinite(predictions.Metric.Loss)
            ? predictions
            : throw UntrainableException.Diverged(plan.TotalEpochs - 1, predictions.Metric.Loss);
    }
}
