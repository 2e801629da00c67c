using PieService.Domain.Pies;

namespace PieService.Api.Comparisons;

/// <param name="Predicted">
/// The majority: for single-label data the label with the most votes, for multi-label data the labels that more than
/// half of the runs predict.
/// </param>
/// <param name="Votes">The number of runs that predict each label.</param>
public sealed record CohortVote(IReadOnlyList<string> Predicted, IReadOnlyDictionary<string, int> Votes);

/// <summary>The votes of both cohorts of a comparison on an example, with the names of the labels.</summary>
/// <param name="Classes">The labels about which the cohorts differ; null for single-label data.</param>
public sealed record CohortVotes(CohortVote Dense, CohortVote Pruned, IReadOnlyList<string>? Classes)
{
    public static CohortVotes Of(PieLabel label, string[] labels)
    {
        var dense = new LabelVotes(PackedVotes.Unpack(label.DenseVotes), label.DenseRuns);
        var pruned = new LabelVotes(PackedVotes.Unpack(label.PrunedVotes), label.PrunedRuns);
        return new CohortVotes(
            Vote(dense, label.DenseMode), Vote(pruned, label.PrunedMode),
            label.DenseMode is null ? Names(dense.DifferingFrom(pruned)) : null);

        CohortVote Vote(LabelVotes votes, short? mode) => new(
            Names(mode is { } c ? [c] : votes.Predicted()),
            labels.Zip(votes.Votes).ToDictionary(pair => pair.First, pair => pair.Second));

        IReadOnlyList<string> Names(IEnumerable<int> classes) => [.. classes.Select(c => labels[c])];
    }
}
