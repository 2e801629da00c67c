using Microsoft.EntityFrameworkCore;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Recipes;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

/// <summary>
/// How much the dense runs of a model support the gold labels of an example, as cleanlab computes it.
/// </summary>
/// <param name="Model">The name of the model in the sweep.</param>
/// <param name="Baseline">
/// The dense cohort, dense or dense4E, with all its seeds; or external: the baseline of imported predictions, if it has
/// scores.
/// </param>
/// <param name="Runs">The number of runs.</param>
/// <param name="SelfConfidence">
/// The mean over the runs of the probability of the gold label, in [0, 1]; a low value makes
/// the label suspect. For multi-label data, a moving average over the labels that ends with the least certain
/// one.</param>
/// <param name="ByAccuracy">The same mean, with the runs weighted by their test accuracies; null for multi-label
/// data.</param>
/// <param name="NormalizedMargin">
/// The mean over the runs of (probability of the gold label - largest other probability +
/// 1) / 2, in [0, 1]; null for multi-label data.</param>
/// <param name="OutOfSample">
/// Whether the runs were not trained on the example. Labels of training examples are supported
/// too much.</param>
public sealed record ExampleLabelQuality(
    string Model, Method Baseline, int Runs, double SelfConfidence, double? ByAccuracy, double? NormalizedMargin,
    bool OutOfSample)
{
    /// <returns>One for each dense cohort of the sweep that predicted the example, in the order of the sweep's
    /// request.</returns>
    public static async Task<IReadOnlyList<ExampleLabelQuality>> OfAsync(
        PieDbContext db, SweepExample found, CancellationToken cancellation)
    {
        var runs = await (from link in db.SweepRuns
                          join run in db.Runs on link.RunId equals run.Id
                          where link.SweepId == found.SweepId && link.IsBaseline
                          orderby link.Ordinal
                          select new { run.Id, link.Model, run.Method, run.Outcome, run.ImportedScore })
            .ToListAsync(cancellation);
        var (example, ids) = (found.Example, runs.Select(run => run.Id).ToArray());
        // By the ids of the runs: for a join with the links, or a condition on the scores, PostgreSQL may read the
        // predictions of all runs on the dataset.
        var answers = await db.PredictionsFor(example.DatasetId, found.Task, example.Split, example.Position)
            .Where(answer => ids.Contains(answer.RunId)).ToListAsync(cancellation);
        return
        [
            .. from run in runs
               join answer in answers on run.Id equals answer.RunId
               where answer.Scores is not null
               group (Logits: Array.ConvertAll(answer.Logits!, score => (double)score),
                   Accuracy: run.Outcome?.Test.Accuracy ?? run.ImportedScore?.Accuracy ?? 0)
                   by (run.Model, run.Method) into cohort
               select Of(
                   cohort.Key.Model, cohort.Key.Method, example, found.Task, [.. cohort.Select(run => run.Logits)],
                   [.. cohort.Select(run => run.Accuracy)]),
        ];
    }

    private static ExampleLabelQuality Of(
        string model, Method baseline, Example example, LearningTask task, IReadOnlyList<double[]> logits,
        IReadOnlyList<double> accuracies)
    {
        var isNew = example.Split != Split.Train;
        if (task == LearningTask.MultiLabel)
            return new(
                model, baseline, logits.Count,
                LabelQuality.OfLabels(
                    logits, [.. Enumerable.Range(0, logits[0].Length).Select(c => example.Labels.Contains((short)c))]),
                null, null, isNew);
        var quality = LabelQuality.Of(logits, example.Labels[0], accuracies);
        return new(
            model, baseline, logits.Count, quality.SelfConfidence, quality.ByAccuracy, quality.NormalizedMargin, isNew);
    }
}
