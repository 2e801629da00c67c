using PieService.Domain.Foreign;
using PieService.Domain.Predictions;

namespace PieService.Domain.Tests.Foreign;

/// <summary>What tests compare of the predictions of an import.</summary>
internal static class ReadAnswers
{
    public static PackedLabels Labels(this ForeignPredictions predictions, string cohort, int seed = 0) =>
        predictions.Answers(predictions.Runs.Single(run => run.Cohort.Name == cohort && run.Seed == seed)).Labels;

    public static IReadOnlyList<PackedLabels> Cohort(this ForeignPredictions predictions, string cohort) =>
    [
        .. from run in predictions.Runs
           where run.Cohort.Name == cohort
           select predictions.Answers(run).Labels,
    ];

    /// <summary>The class of each example of single-label data.</summary>
    public static int[] Classes(this PackedLabels labels) =>
        [.. Enumerable.Range(0, labels.Count).Select(labels.ClassAt)];

    /// <summary>The scores of a run as they are stored.</summary>
    public static float[] Scores(this ForeignPredictions predictions, string cohort, int seed = 0) =>
        PackedPredictions.Scores(predictions.Answers(
            predictions.Runs.Single(run => run.Cohort.Name == cohort && run.Seed == seed)).Scores);
}
