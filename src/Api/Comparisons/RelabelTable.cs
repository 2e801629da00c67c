using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

/// <summary>Lists the PIEs of a comparison whose labels should be checked, the most suspect label first.</summary>
/// <remarks>
/// The order is that of selfConfidence, the mean probability that the dense runs give to the gold label. As CSV, the
/// corrected file is one that importDataset takes, with the columns text, secondText, label (labels for multi-label
/// data), split, and sourceId as id; the other columns are ignored. The list is empty until the comparison is labelled.
/// </remarks>
public sealed class RelabelTable() : Table<TableQuery, ComparisonScope, RelabelResponse>("comparison", "relabel-queue")
{
    private static readonly Order<Suspect> MostSuspectFirst =
        Order<Suspect>.By(row => row.Label.SelfConfidence ?? 2).ThenBy(row => row.Label.Position);

    public override Task<ComparisonScope?> FindAsync(
        PieDbContext db, Guid id, TableQuery filter, CancellationToken cancellation) =>
        ComparisonScope.FindAsync(db, id, cancellation);

    public override Rows<RelabelResponse> Rows(PieDbContext db, ComparisonScope scope, TableQuery filter)
    {
        var pies = db.PieLabels.Where(label => label.ComparisonNumber == scope.Comparison.Number && label.IsPie);
        var rows = from label in pies
                   join example in db.Examples.Where(example => example.DatasetId == scope.DatasetId
                       && example.Split == scope.Comparison.Split) on label.Position equals example.Position
                   select new Suspect { Label = label, Example = example };
        return new QueryRows<Suspect, RelabelResponse>(
            rows, MostSuspectFirst, row => RelabelResponse.Of(row.Label, row.Example, scope.Labels))
        {
            Counted = pies,
            LengthOf = item => item.Text.Length + (item.SecondText?.Length ?? 0) + AnswerLength.OfCounts(scope.Labels),
        };
    }

    public override Columns<RelabelResponse> Columns(ComparisonScope scope) => new Columns<RelabelResponse>()
        .Id("exampleId", row => row.ExampleId)
        .Name("split", row => row.Split)
        .Whole("position", row => row.Position)
        .Text("sourceId", row => row.SourceId)
        .Text("text", row => row.Text)
        .Text("secondText", row => row.SecondText)
        .Gold(scope.Task, row => row.Labels)
        .Labels("dense_predicted", scope.Task, row => row.Dense.Predicted)
        .ForEach(
            scope.Labels, (columns, label, _) => columns.Whole($"dense_votes_{label}", row => row.Dense.Votes[label]))
        .Real("selfConfidence", row => row.SelfConfidence);

    public override Provenance Provenance(ComparisonScope scope) => scope.Provenance;

    private sealed record Suspect
    {
        public required PieLabel Label { get; init; }
        public required Example Example { get; init; }
    }
}

/// <param name="Dense">The votes of the dense runs: labels that may be the right ones.</param>
/// <param name="SelfConfidence">
/// How much the dense runs support the gold labels, in [0, 1]; null for imported predictions
/// without scores.</param>
public sealed record RelabelResponse(
    Guid ExampleId, Split Split, int Position, string SourceId, string Text, string? SecondText,
    IReadOnlyList<string> Labels, CohortVote Dense, double? SelfConfidence)
{
    public static RelabelResponse Of(PieLabel label, Example example, string[] labels) => new(
        example.Id, example.Split, example.Position, example.SourceId, example.Text, example.SecondText,
        [.. example.Labels.Select(index => labels[index])], CohortVotes.Of(label, labels).Dense, label.SelfConfidence);
}
