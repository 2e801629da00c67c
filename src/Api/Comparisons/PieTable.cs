using System.Text.Json.Serialization;
using PieService.Api.Tables.Latex;
using PieService.Domain.Analysis;
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
    public override LatexLayout<PieResponse> Latex => LayoutOf(CohortKind.Trained, SignificanceTest.Unpaired);

    public override LatexLayout<PieResponse> LatexOf(ComparisonScope scope, PieFilter filter) =>
        LayoutOf(CohortKind.OfNamed(scope.Comparison.Cohort), scope.TestOf(filter));

    private static LatexLayout<PieResponse> LayoutOf(CohortKind kind, SignificanceTest test)
    {
        var (heading, caption) = test == SignificanceTest.Paired
            ? ("$q$ (paired)", "the q value of the paired test, which compares " + (kind == CohortKind.Trained
                ? "the dense and the pruned model of each seed."
                : "each baseline model with the compressed model that was made of it."))
            : ("$q$", "the q value of the test whether both cohorts draw their votes from one distribution.");
        return new(
            $"PIEs with the majority of the {kind.Baseline} and of the {kind.Compressed} models and its votes, and "
            + caption,
            [
                new("Text", @"p{0.45\linewidth}", row => LatexText.Escaped(TextOf(row))),
                new("Gold", "l", row => LatexText.Escaped(string.Join(", ", row.Labels))),
                new(kind.BaselineHeading, "l", row => Majority(row.Dense)),
                new(kind.CompressedHeading, "l", row => Majority(row.Pruned)),
                new(heading, "r", row => LatexText.Probability(row.QOf(test))),
            ]);
    }

    /// <summary>Imported predictions may be without texts: then the id says which example it is.</summary>
    private static string TextOf(PieResponse row) =>
        row.SecondText is { } second ? $"{row.Text} / {second}" : row.Text.Length > 0 ? row.Text : row.SourceId;

    private static string Majority(CohortVote vote) => vote.Predicted.Count == 0 ? LatexText.None
        : string.Join(", ", vote.Predicted.Select(label => $"{LatexText.Escaped(label)} ({vote.Votes[label]})"));

    protected override IQueryable<PieLabel> Which(IQueryable<PieLabel> labels, PieFilter filter) =>
        labels.Where(label => label.IsPie);

    protected override PieOrder OrderOf(PieFilter filter) => filter.OrderBy;

    protected override PieResponse ItemOf(PieLabel label, Example example, string[] labels) =>
        new(label, example, labels);
}

public record PieFilter : VoteFilter
{
    /// <summary>
    /// The order of the PIEs. margin: the clearest disagreement first; position: the order of the source; q: the
    /// smallest q value of the test first; inclusion: the most certain PIE first; shift: the largest first;
    /// selfConfidence: the most suspect label first. Ties are in the order of the source.
    /// </summary>
    public PieOrder OrderBy { get; init; } = PieOrder.Margin;
}

public sealed class PieResponse(PieLabel label, Example example, string[] labels)
    : VotedExample(label, example, labels)
{
    /// <summary>The cohort whose majority is right.</summary>
    [JsonPropertyOrder(1)] public PieDirection Direction { get; } = label.Direction!.Value;
}
