using PieService.Domain.Datasets;
using PieService.Domain.Pies;

namespace PieService.Api.Comparisons;

/// <summary>Lists the PIEs of a comparison, with their texts and votes.</summary>
/// <remarks>
/// PIEs are the examples on which the majority of the pruned runs and the majority of the dense runs differ; for
/// multi-label data, on at least one label. The list is empty until the comparison is labelled.
/// </remarks>
public sealed class PieTable() : VotedExampleTable<PieFilter, PieResponse>("pies")
{
    protected override IQueryable<PieLabel> Which(IQueryable<PieLabel> labels, PieFilter filter) =>
        labels.Where(label => label.IsPie);

    protected override PieOrder OrderOf(PieFilter filter) => filter.OrderBy;

    protected override PieResponse ItemOf(PieLabel label, Example example, string[] labels) =>
        PieResponse.Of(label, example, labels);
}

public sealed record PieFilter : VoteFilter
{
    /// <summary>
    /// The order of the PIEs. margin: the clearest disagreement first; position: the order of the source.
    /// </summary>
    public PieOrder OrderBy { get; init; } = PieOrder.Margin;
}

/// <param name="Margin">
/// The margin of the less certain cohort, in [0, 1]: for single-label data (top - second) / runs, where top and second
/// are the numbers of votes of the two leading labels; for multi-label data the smallest |2 votes - runs| / runs of
/// both cohorts over the labels on which they differ, or over all labels if they do not differ.
/// </param>
/// <param name="Tied">
/// Whether the vote of a cohort is a tie. A tie is decided for the smallest class index; for multi-label data the label
/// is not predicted.
/// </param>
/// <param name="Classes">The labels about which the cohorts differ; null for single-label data.</param>
/// <param name="El2n">
/// The EL2N of a training example after the first observed epoch of the dense runs; null for examples of other splits.
/// </param>
/// <param name="InfluenceBin">
/// The influence bin of a training example by its EL2N, from 1 (least influential) to 20; null for examples of other
/// splits.
/// </param>
public sealed record PieResponse(
    Guid ExampleId, int Position, string Text, string? SecondText, IReadOnlyList<string> Labels,
    CohortVote Dense, CohortVote Pruned, double Margin, PieDirection Direction, bool Tied,
    IReadOnlyList<string>? Classes, double? El2n, int? InfluenceBin) : IVotedExample
{
    PieDirection? IVotedExample.Direction => Direction;

    public static PieResponse Of(PieLabel label, Example example, string[] labels)
    {
        var votes = CohortVotes.Of(label, labels);
        return new(
            example.Id, label.Position, example.Text, example.SecondText,
            [.. example.Labels.Select(index => labels[index])],
            votes.Dense, votes.Pruned, label.Margin, label.Direction!.Value, label.DenseTied || label.PrunedTied,
            votes.Classes, label.El2n, label.InfluenceBin);
    }
}
