using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Predictions;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Worker.Runs;
using PieService.Worker.Training;

namespace PieService.Worker.Supervision;

/// <summary>The reports of a trainer as rows of the database.</summary>
internal static class RunRows
{
    public static EpochRecord Of(Guid run, EpochFinished epoch, StoredCheckpoint? checkpoint) => new(
        [.. epoch.Metrics.Select(metric => Of(run, epoch, metric))],
        epoch.Epoch + 1,
        checkpoint,
        epoch.Observation is not { } observation ? null : new RunObservation
        {
            RunId = run,
            Epoch = epoch.Epoch,
            Examples = observation.Examples,
            ClassCount = observation.ClassCount,
            Classes = observation.Classes,
            Scores = observation.Scores,
        });

    public static RunPredictions Of(Guid run, SplitPredictions split) => new()
    {
        RunId = run,
        Split = Wire.Parse<Split>(split.Split),
        Examples = split.Examples,
        ClassCount = split.ClassCount,
        Classes = split.Classes,
        Scores = split.Scores,
        Threshold = split.Metric.Threshold,
    };

    private static RunMetric Of(Guid run, EpochFinished epoch, EpochMetric metric) => new()
    {
        RunId = run,
        Epoch = epoch.Epoch,
        Split = Wire.Parse<Split>(metric.Split),
        Loss = metric.Loss,
        Accuracy = metric.Scores.Accuracy,
        MacroF1 = metric.Scores.MacroF1,
        MicroF1 = metric.Scores.MicroF1,
        MacroPrecision = metric.Scores.MacroPrecision,
        MicroPrecision = metric.Scores.MicroPrecision,
        MacroRecall = metric.Scores.MacroRecall,
        MicroRecall = metric.Scores.MicroRecall,
        Threshold = metric.Threshold,
        Seconds = epoch.Seconds,
    };
}
