using PieService.Domain.Datasets;
using PieService.Domain.Predictions;

namespace PieService.Domain.Pies;

/// <summary>The majority of a group of runs on each example, as predictions of one run.</summary>
public static class Majority
{
    /// <param name="group">The predictions of each run, at least one.</param>
    /// <returns>Single-label data: the class with most votes, the smallest of several. Multi-label data: the labels
    /// that more than half of the runs predict.</returns>
    /// <exception cref="ArgumentException">There is no run, or a run did not predict the same examples as the
    /// others.</exception>
    public static PackedLabels Of(IReadOnlyList<PackedLabels> group)
    {
        if (group.Count == 0 || !group.All(group[0].IsLike))
            throw new ArgumentException("Every run must have predicted the same examples.", nameof(group));
        return group[0].Task switch
        {
            LearningTask.SingleLabel => Modes(group),
            LearningTask.MultiLabel => StrictMajorities(group),
        };
    }

    private static PackedLabels Modes(IReadOnlyList<PackedLabels> group) => new(
        LearningTask.SingleLabel, group[0].ClassCount,
        ModalClass.Of([.. group.Select(run => run.Bytes)], group[0].ClassCount));

    private static PackedLabels StrictMajorities(IReadOnlyList<PackedLabels> group)
    {
        var (bytes, votes) = (new byte[group[0].Bytes.Length], new int[group[0].ClassCount]);
        var width = PackedLabels.BytesPerExample(LearningTask.MultiLabel, votes.Length);
        for (var example = 0; example < group[0].Count; example++)
        {
            Array.Clear(votes);
            foreach (var run in group) run.Vote(example, votes);
            var labels = new LabelVotes(votes, group.Count);
            for (var c = 0; c < votes.Length; c++)
                if (labels.IsPredicted(c)) PackedLabels.Add(bytes.AsSpan(example * width, width), c);
        }
        return new PackedLabels(LearningTask.MultiLabel, votes.Length, bytes);
    }
}
