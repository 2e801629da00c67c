using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Predictions;

namespace PieService.Domain.Bundles;

/// <summary>
/// Reads the runs of a bundle one after the other, with their predictions. The files of a split, or of an epoch, have
/// the values of all runs in the same order, so each file is read once. The predictions of a run are in memory, and one
/// of its observed epochs or a block of its answers at a time.
/// </summary>
internal sealed class RunReader(BundleFile bundle, Dataset dataset, BundledStudy study)
{
    private readonly int classCount = dataset.Labels.Length;

    /// <exception cref="UnreadableFileException">
    /// A run is not one of the sweep, or its predictions are not those that it states.
    /// </exception>
    public IEnumerable<RunResults> Read(CancellationToken cancellation)
    {
        using var packed = new PackedFiles(bundle);
        using var answers = new AnswerFile(bundle);
        var rules = new RunRules(bundle, study);
        foreach (var run in bundle.Lines<BundledRun>(BundleEntries.Runs))
        {
            cancellation.ThrowIfCancellationRequested();
            var wish = rules.Check(run);
            List<PackedResult> predictions = [.. run.Predictions.Select(of => Next(packed, run, of))];
            CheckHash(run, predictions);
            using var observed = run.Observed.Select(epoch => NextObserved(packed, run, epoch)).GetEnumerator();
            using var blocks = (run.Predictions is [{ Answers: true, Split: var split }]
                ? answers.Blocks(split, Examples(split)) : []).GetEnumerator();
            yield return new(run, wish, predictions, Rest(observed), Rest(blocks));
            // The values of the next run follow those that the caller did not read.
            _ = Rest(observed).Count();
            _ = Rest(blocks).Count();
        }
        rules.CheckEnd();
        packed.CheckEnd();
        answers.CheckEnd();
    }

    private static IEnumerable<T> Rest<T>(IEnumerator<T> values)
    {
        while (values.MoveNext()) yield return values.Current;
    }

    private PackedResult Next(PackedFiles packed, BundledRun run, BundledPredictions of) => new(
        of.Split, Epoch: null, Classes(packed, run, BundleEntries.Classes(of.Split), of.Split),
        of.Scores ? Scores(packed, BundleEntries.Scores(of.Split), of.Split) : null, of.Threshold);

    private PackedResult NextObserved(PackedFiles packed, BundledRun run, int epoch) => new(
        Split.Train, epoch, Classes(packed, run, BundleEntries.ObservedClasses(epoch), Split.Train),
        Scores(packed, BundleEntries.ObservedScores(epoch), Split.Train), Threshold: null);

    private PackedLabels Classes(PackedFiles packed, BundledRun run, string name, Split split)
    {
        var bytes = packed.Next(name, Examples(split) * PackedLabels.BytesPerExample(dataset.Task, classCount));
        var classes = new PackedLabels(dataset.Task, classCount, bytes);
        return classes.AreInRange()
            ? classes
            : throw bundle.Error(name, $"run {run.Id} has a class that is not one of 0 to {classCount - 1}");
    }

    private byte[] Scores(PackedFiles packed, string name, Split split) =>
        packed.Next(name, Examples(split) * PackedPredictions.BytesPerExample(classCount));

    private int Examples(Split split) =>
        dataset.Splits.FirstOrDefault(of => of.Split == split)?.Examples
        ?? throw bundle.Error(
            BundleEntries.Runs, $"has predictions for {Wire.Name(split)}, a split that the dataset does not have");

    private void CheckHash(BundledRun run, List<PackedResult> predictions)
    {
        if (run.PredictionHash is null) return;
        var hashed = run.Recipe is null ? predictions[0] : predictions.Single(of => of.Split == Split.Test);
        var hash = PackedPredictions.Hash(hashed.Classes.Bytes, hashed.Scores);
        if (hash != run.PredictionHash)
            throw bundle.Error(
                BundleEntries.Classes(hashed.Split),
                $"the predictions of run {run.Id} have the hash {hash}, but {BundleEntries.Runs} has "
                + run.PredictionHash);
    }
}
