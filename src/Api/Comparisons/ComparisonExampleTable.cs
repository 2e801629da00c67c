using PieService.Api.Tables;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;

namespace PieService.Api.Comparisons;

/// <summary>Every example of a comparison, PIE or not, with its text and votes.</summary>
/// <remarks>In the order of the source. Empty until the comparison is labelled.</remarks>
public sealed class ComparisonExampleTable() : VotedExampleTable<ComparisonExampleFilter, ComparisonExampleResponse>("examples")
{
    protected override IQueryable<PieLabel> Which(IQueryable<PieLabel> labels, ComparisonExampleFilter filter) =>
        labels.Where(label => filter.IsPie == null || label.IsPie == filter.IsPie);

    protected override PieOrder OrderOf(ComparisonExampleFilter filter) => PieOrder.Position;

    protected override ComparisonExampleResponse ItemOf(PieLabel label, Example example, string[] labels) =>
        ComparisonExampleResponse.Of(label, example, labels);

    public override Columns<ComparisonExampleResponse> Columns(ComparisonScope scope) => base.Columns(scope).Flag("isPie", row => row.IsPie);
}

public sealed record ComparisonExampleFilter : VoteFilter
{
    /// <summary>true: PIEs only; false: all others only.</summary>
    public bool? IsPie { get; init; }
}

/// <param name="Margin">
/// The smaller of the two cohorts' (top - second) / runs; of multi-label data the smallest |2 votes - runs| / runs over classes and both cohorts.
/// </param>
/// <param name="Direction">Null where the example is no PIE.</param>
/// <param name="Tied">A cohort's vote was a tie: the smallest class index decided, of multi-label data the label is not predicted.</param>
/// <param name="Classes">Of multi-label data: the labels about which the cohorts differ; null for single-label data.</param>
/// <param name="El2n">Of a training example, after the first epoch that the dense runs observed; null for those of other splits.</param>
/// <param name="InfluenceBin">By that EL2N, 1 = least influential.</param>
public sealed record ComparisonExampleResponse(
    Guid ExampleId, int Position, string Text, string? SecondText, IReadOnlyList<string> Labels, CohortVote Dense, CohortVote Pruned,
    bool IsPie, double Margin, PieDirection? Direction, bool Tied, IReadOnlyList<string>? Classes, double? El2n, int? InfluenceBin) : IVotedExample
{
    public static ComparisonExampleResponse Of(PieLabel label, Example example, string[] labels)
    {
        var votes = CohortVotes.Of(label, labels);
        return new(
            label.ExampleId, label.Position, example.Text, example.SecondText, [.. example.Labels.Select(index => labels[index])], votes.Dense, votes.Pruned,
            label.IsPie, label.Margin, label.Direction, label.DenseTied || label.PrunedTied, votes.Classes, label.El2n, label.InfluenceBin);
    }
}
