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
        PieDbContext db, Guid sweepId, Example example, LearningTask task, CancellationToken cancellation)
    {
        var foreign = await db.Sweeps.Where(sweep => sweep.Id == sweepId).Select(sweep => sweep.Foreign)
            .SingleAsync(cancellation);
        var baselines = (foreign?.Cohorts ?? []).Where(cohort => cohort.Baseline).Select(cohort => cohort.Name)
            .ToList();
        var runs = await (from prediction in db.Predictions
                          join run in db.Runs on prediction.RunId equals run.Id
                          join link in db.SweepRuns on run.Id equals link.RunId
                          where prediction.ExampleId == example.Id && link.SweepId == sweepId
                              // Of the prediction, not of the run: so the predictions of other runs are not looked up.
                              && (prediction.Method == Method.Dense || prediction.Method == Method.Dense4E
                                  || baselines.Contains(prediction.Cohort)) && prediction.Scores != null
                          orderby link.Ordinal
                          select new { link.Model, run.Method, Answer = prediction, run.Outcome, run.ImportedScore })
            .AsNoTracking().ToListAsync(cancellation);
        return
        [
            .. runs.GroupBy(run => (run.Model, run.Method)).Select(cohort => Of(
                cohort.Key.Model, cohort.Key.Method, example, task,
                [.. cohort.Select(run => Array.ConvertAll(run.Answer.Logits!, score => (double)score))],
                [.. cohort.Select(run => run.Outcome?.Test.Accuracy ?? run.ImportedScore?.Accuracy ?? 0)])),
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
