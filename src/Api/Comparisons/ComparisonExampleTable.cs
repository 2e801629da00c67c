using PieService.Api.Tables;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;

namespace PieService.Api.Comparisons;

/// <summary>Lists all examples of a comparison, PIEs and others, with their texts and votes.</summary>
/// <remarks>The examples are in the order of the source. The list is empty until the comparison is labelled.</remarks>
public sealed class ComparisonExampleTable()
    : VotedExampleTable<ComparisonExampleFilter, ComparisonExampleResponse>("examples")
{
    protected override IQueryable<PieLabel> Which(IQueryable<PieLabel> labels, ComparisonExampleFilter filter) =>
        labels.Where(label => filter.IsPie == null || label.IsPie == filter.IsPie);

    protected override PieOrder OrderOf(ComparisonExampleFilter filter) => PieOrder.Position;

    protected override ComparisonExampleResponse ItemOf(PieLabel label, Example example, string[] labels) =>
        ComparisonExampleResponse.Of(label, example, labels);

    public override Columns<ComparisonExampleResponse> Columns(ComparisonScope scope) =>
        base.Columns(scope).Flag("isPie", row => row.IsPie);
}

public sealed record ComparisonExampleFilter : VoteFilter
{
    /// <summary>
    /// Whether to return only PIEs (true) or only the other examples (false). By default both are returned.
    /// </summary>
    public bool? IsPie { get; init; }
}

/// <param name="Margin">
/// The margin of the less certain cohort, in [0, 1]: for single-label data (top - second) / runs, where top and second
/// are the numbers of votes of the two leading labels; for multi-label data the smallest |2 votes - runs| / runs of
/// both cohorts over the labels on which they differ, or over all labels if they do not differ.
/// </param>
/// <param name="Direction">The cohort whose majority is right; null if the example is not a PIE.</param>
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
public sealed record ComparisonExampleResponse(
    Guid ExampleId, int Position, string Text, string? SecondText, IReadOnlyList<string> Labels, CohortVote Dense,
    CohortVote Pruned,
    bool IsPie, double Margin, PieDirection? Direction, bool Tied, IReadOnlyList<string>? Classes, double? El2n,
    int? InfluenceBin) : IVotedExample
{
    public static ComparisonExampleResponse Of(PieLabel label, Example example, string[] labels)
    {
        var votes = CohortVotes.Of(label, labels);
        return new(
            example.Id, label.Position, example.Text, example.SecondText,
            [.. example.Labels.Select(index => labels[index])], votes.Dense, votes.Pruned,
            label.IsPie, label.Margin, label.Direction, label.DenseTied || label.PrunedTied, votes.Classes, label.El2n,
            label.InfluenceBin);
    }
}
