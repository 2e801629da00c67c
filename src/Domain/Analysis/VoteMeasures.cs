using PieService.Domain.Datasets;
using PieService.Domain.Pies;

namespace PieService.Domain.Analysis;

/// <summary>Measures of one example after the other from the votes of both cohorts. Not thread-safe.</summary>
public sealed class VoteMeasures(LearningTask task, ComparedCohorts cohorts)
{
    private readonly PieInclusion inclusion = new();

    /// <returns>In [0, 1]; null for one run, which says nothing of others, and for single-label data of too many labels
    /// and runs (<see cref="PieInclusion.CanCompute"/>).</returns>
    public double? Inclusion(LabelledExample label) => cohorts.Fewest < 2 ? null : task switch
    {
        LearningTask.SingleLabel =>
            PieInclusion.CanCompute(label.DenseVotes.Length, Math.Max(cohorts.Dense, cohorts.Pruned))
                ? inclusion.Of(label.DenseVotes, label.PrunedVotes) : null,
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
