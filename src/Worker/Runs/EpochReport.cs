using System.Diagnostics;
using PieService.Worker.Text;
using PieService.Worker.Training;

namespace PieService.Worker.Runs;

/// <summary>
/// Runs validation, observation, checkpoint and report after every epoch. A checkpoint is written before its epoch is
/// reported, so the checkpoint of a reported epoch is never lost.
/// </summary>
/// <param name="train">The split that is predicted after the observed epochs, in evaluation mode, which uses no random
/// numbers.</param>
/// <param name="observed">The observed epochs, 0-based.</param>
internal sealed class EpochReport(
    EvaluatedSplits evaluated, TokenisedSplit validation, TokenisedSplit train, IReadOnlyList<int> observed,
    ThresholdTuning tuning, CheckpointTimes times, Func<int, CheckpointFile> save, TrainingListener listener)
    : ITrainingHook
{
    private readonly Stopwatch watch = new();
    private readonly long tokens = Enumerable.Range(0, train.Count).Sum(example => (long)train.Length(example));

    public void BeforeEpoch(int epochsDone) => watch.Restart();

    public void AfterEpoch(int epochsDone, TrainedEpoch trained)
    {
        var validated = validation.Count > 0 ? evaluated.Of(validation) : null;
        tuning.AfterEpoch(trained.Moving, validated);
        var metrics = new List<EpochMetric> { trained.Moving.Metric(tuning.Threshold, trained.Loss) };
        if (validated is not null) metrics.Add(validated.Metric(tuning.Threshold));
        if (metrics.Find(metric => !double.IsFinite(metric.Loss)) is { } diverged)
            throw UntrainableException.Diverged(epochsDone - 1, diverged.Loss);

        var observation = observed.Contains(epochsDone - 1)
            ? evaluated.Of(train).Pack(tuning.Threshold) : null;
        var checkpoint = times.IsDue(epochsDone) ? TrySave(epochsDone) : null;
        listener.Epoch(new(epochsDone - 1, metrics, watch.Elapsed.TotalSeconds, checkpoint, observation, tokens));
    }

    /// <summary>
    /// Returns null if the disk is full or missing, and the training continues: only a later crash would lose the
    /// epochs since the last checkpoint.
    /// </summary>
    private CheckpointFile? TrySave(int epochsDone)
    {
        try
        {
            var checkpoint = save(epochsDone);
            times.Written();
            return checkpoint;
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            listener.Warn(
                $"The checkpoint after {epochsDone} epochs cannot be written, training continues: "
                    + unwritable.Message);
            return null;
        }
    }
}
