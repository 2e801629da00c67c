using System.Diagnostics;
using PieService.Worker.Models;
using PieService.Worker.Text;

namespace PieService.Worker.Training;

/// <summary>After every epoch: validation, checkpoint, report; in this order, so that a reported epoch is never lost.</summary>
internal sealed class EpochReport(
    Classifier model, TokenisedSplit validation, Func<int, CheckpointFile> save, Action<EpochFinished> report,
    CancellationToken cancellation) : ITrainingHook
{
    private readonly Stopwatch watch = new();
    private readonly Queue<CheckpointFile> kept = new();

    public void BeforeEpoch(int epochsDone) => watch.Restart();

    public void AfterEpoch(int epochsDone, EpochMetric train)
    {
        var metrics = new List<EpochMetric> { train };
        if (validation.Count > 0) metrics.Add(Evaluation.Run(model, validation, cancellation).Metric());
        if (metrics.Find(metric => !double.IsFinite(metric.Loss)) is { } diverged)
            throw UntrainableException.Diverged(epochsDone - 1, diverged.Loss);

        var checkpoint = save(epochsDone);
        report(new(epochsDone - 1, metrics, watch.Elapsed.TotalSeconds, checkpoint));
        // The newest may not be in the database yet when everything ends; then the one before it is where to go on.
        kept.Enqueue(checkpoint);
        if (kept.Count > 2) File.Delete(kept.Dequeue().Path);
    }
}
