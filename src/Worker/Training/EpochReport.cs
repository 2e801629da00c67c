using System.Diagnostics;
using PieService.Worker.Models;
using PieService.Worker.Text;

namespace PieService.Worker.Training;

/// <summary>After every epoch: validation, checkpoint, report; in this order, so that a reported epoch is never lost.</summary>
internal sealed class EpochReport(
    Classifier model, TokenisedSplit validation, Func<int, CheckpointFile> save, TrainingListener listener) : ITrainingHook
{
    private readonly Stopwatch watch = new();

    public void BeforeEpoch(int epochsDone) => watch.Restart();

    public void AfterEpoch(int epochsDone, EpochMetric train)
    {
        var metrics = new List<EpochMetric> { train };
        if (validation.Count > 0) metrics.Add(Evaluation.Run(model, validation, listener.Pulse).Metric());
        if (metrics.Find(metric => !double.IsFinite(metric.Loss)) is { } diverged)
            throw UntrainableException.Diverged(epochsDone - 1, diverged.Loss);

        listener.Epoch(new(epochsDone - 1, metrics, watch.Elapsed.TotalSeconds, TrySave(epochsDone)));
    }

    /// <summary>A full or missing disk costs what a later crash would lose, not the run: null, and the training goes on.</summary>
    private CheckpointFile? TrySave(int epochsDone)
    {
        try
        {
            return save(epochsDone);
        }
        catch (Exception unwritable) when (unwritable is IOException or UnauthorizedAccessException)
        {
            listener.Warn($"The checkpoint after {epochsDone} epochs cannot be written, going on without: {unwritable.Message}");
            return null;
        }
    }
}
