using System.Text.Json.Serialization;
using PieService.Api.Tables;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;

namespace PieService.Api.Comparisons;

/// <summary>Lists all examples of a comparison, PIEs and others, with their texts and votes.</summary>
/// <remarks>The list is empty until the comparison is labelled.</remarks>
public sealed class ComparisonExampleTable()
    : VotedExampleTable<ComparisonExampleFilter, ComparisonExampleResponse>("examples")
{
    protected override IQueryable<PieLabel> Which(IQueryable<PieLabel> labels, ComparisonExampleFilter filter) =>
        labels.Where(label => filter.IsPie == null || label.IsPie == filter.IsPie);

    protected override PieOrder OrderOf(ComparisonExampleFilter filter) => filter.OrderBy;

    protected override ComparisonExampleResponse ItemOf(PieLabel label, Example example, string[] labels) =>
        new(label, example, labels);

    public override Columns<ComparisonExampleResponse> Columns(ComparisonScope scope) =>
        base.Columns(scope).Flag("isPie", row => row.IsPie);
}

public sealed record ComparisonExampleFilter : VoteFilter
{
    /// <summary>
    /// Whether to return only PIEs (true) or only the other examples (false). By default both are returned.
    /// </summary>
    public bool? IsPie { get; init; }

    /// <summary>
    /// The order of the examples, as for PIEs. By default they are in the order of the source.
    /// </summary>
    public PieOrder OrderBy { get; init; } = PieOrder.Position;
}

public sealed class ComparisonExampleResponse(PieLabel label, Example example, string[] labels)
    : VotedExample(label, example, labels)
{
    [JsonPropertyOrder(1)] public bool IsPie { get; } = label.IsPie;

    /// <summary>The cohort whose majority is right; null if the example is not a PIE.</summary>
    [JsonPropertyOrder(1)] public PieDirection? Direction { get; } = label.Direction;
}
