using PieService.Domain.Datasets;
using PieService.Domain.Pies;

namespace PieService.Domain.Analysis;

/// <summary>Measures of one example after the other from the votes of both cohorts. Not thread-safe.</summary>
public sealed class VoteMeasures(LearningTask task, ComparedCohorts cohorts)
{
    private readonly PieInclusion inclusion = new();

    /// <returns>In [0, 1]; null for more than <see cref="PieInclusion.MostRuns"/> runs.</returns>
    public double? Inclusion(LabelledExample label) =>
        Math.Max(cohorts.Dense, cohorts.Pruned) > PieInclusion.MostRuns ? null : task switch
        {
            LearningTask.SingleLabel => inclusion.Of(label.DenseVotes, label.PrunedVotes),
            LearningTask.MultiLabel =>
                inclusion.OfLabels(label.DenseVotes, cohorts.Dense, label.PrunedVotes, cohorts.Pruned),
        };

    public VoteShift Shift(LabelledExample label) => task switch
    {
        LearningTask.SingleLabel => VoteShift.Of(label.DenseVotes, label.PrunedVotes),
        LearningTask.MultiLabel =>
            VoteShift.OfLabels(label.DenseVotes, cohorts.Dense, label.PrunedVotes, cohorts.Pruned),
    };
}
