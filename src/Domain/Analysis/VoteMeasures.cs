using PieService.Domain.Datasets;
using PieService.Domain.Pies;

namespace PieService.Domain.Analysis;

/// <summary>Measures of one example after the other from the votes of both cohorts. Not thread-safe.</summary>
/// <param name="seeds">The number of runs of each of the two cohorts.</param>
public sealed class VoteMeasures(LearningTask task, int seeds)
{
    private readonly PieInclusion inclusion = new();

    /// <returns>In [0, 1]; null for more than <see cref="PieInclusion.MostRuns"/> runs.</returns>
    public double? Inclusion(LabelledExample label) => seeds > PieInclusion.MostRuns ? null : task switch
    {
        LearningTask.SingleLabel => inclusion.Of(label.DenseVotes, label.PrunedVotes),
        LearningTask.MultiLabel => inclusion.OfLabels(label.DenseVotes, seeds, label.PrunedVotes, seeds),
    };

    public VoteShift Shift(LabelledExample label) => task switch
    {
        LearningTask.SingleLabel => VoteShift.Of(label.DenseVotes, label.PrunedVotes),
        LearningTask.MultiLabel => VoteShift.OfLabels(label.DenseVotes, seeds, label.PrunedVotes, seeds),
    };
}
