using PieService.Domain.Datasets;
using PieService.Domain.Foreign;

namespace PieService.Api.PredictionImports;

/// <param name="Name">The name that the sweep would have.</param>
/// <param name="Labels">The labels in their order, which decides ties.</param>
/// <param name="Cohorts">The cohorts that have runs in the files.</param>
public sealed record PredictionPlanResponse(
    string Name, ForeignTask Task, IReadOnlyList<string> Labels, ImportCounts Read,
    IReadOnlyList<PlannedCohort> Cohorts)
{
    public static PredictionPlanResponse Of(PredictionImport import, ForeignPredictions predictions) => new(
        import.Name!, predictions.Task, predictions.Labels, predictions.Counts,
        [
            .. predictions.Runs.GroupBy(run => run.Cohort.Name!).Select(cohort => new PlannedCohort(
                cohort.Key, [.. cohort.Select(run => run.Seed)], cohort.Count(run => run.HasScores))),
        ]);
}

/// <param name="Name">The name of the cohort.</param>
/// <param name="Seeds">The seeds of the runs in the files.</param>
/// <param name="WithScores">The number of these runs that have scores.</param>
public sealed record PlannedCohort(string Name, IReadOnlyList<int> Seeds, int WithScores);
