using PieService.Domain.Datasets;
using PieService.Domain.Pies;

namespace PieService.Api.Comparisons;

/// <summary>The PIEs of a comparison, with their texts and votes.</summary>
/// <remarks>
/// Examples on which the majority of the pruned runs and the majority of the dense runs differ; of multi-label data on some
/// label. Empty until the comparison is labelled.
/// </remarks>
public sealed class PieTable() : VotedExampleTable<PieFilter, PieResponse>("pies")
{
    protected override IQueryable<PieLabel> Which(IQueryable<PieLabel> labels, PieFilter filter) => labels.Where(label => label.IsPie);

    protected override PieOrder OrderOf(PieFilter filter) => filter.OrderBy;

    protected override PieResponse ItemOf(PieLabel label, Example example, string[] labels) => PieResponse.Of(label, example, labels);
}

public sealed record PieFilter : VoteFilter
{
    /// <summary>margin: the clearest disagreement first; position: as in the source.</summary>
    public PieOrder OrderBy { get; init; } = PieOrder.Margin;
}

/// <param name="Margin">
/// The smaller of the two cohorts' (top - second) / runs; of multi-label data the smallest |2 votes - runs| / runs over classes and both cohorts.
/// </param>
/// <param name="Tied">A cohort's vote was a tie: the smallest class index decided, of multi-label data the label is not predicted.</param>
/// <param name="Classes">Of multi-label data: the labels about which the cohorts differ; null for single-label data.</param>
/// <param name="El2n">Of a training example, after the first epoch that the dense runs observed; null for those of other splits.</param>
/// <param name="InfluenceBin">By that EL2N, 1 = least influential.</param>
public sealed record PieResponse(
    Guid ExampleId, int Position, string Text, string? SecondText, IReadOnlyList<string> Labels,
    CohortVote Dense, CohortVote Pruned, double Margin, PieDirection Direction, bool Tied, IReadOnlyList<string>? Classes, double? El2n, int? InfluenceBin) : IVotedExample
{
    PieDirection? IVotedExample.Direction => Direction;

    public static PieResponse Of(PieLabel label, Example example, string[] labels)
    {
        var votes = CohortVotes.Of(label, labels);
        return new(
            label.ExampleId, label.Position, example.Text, example.SecondText, [.. example.Labels.Select(index => labels[index])],
            votes.Dense, votes.Pruned, label.Margin, label.Direction!.Value, label.DenseTied || label.PrunedTied, votes.Classes, label.El2n, label.InfluenceBin);
    }
}
