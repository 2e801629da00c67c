using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Comparisons;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain;
using PieService.Domain.Storage;

namespace PieService.Api.SweepAnalysis;

/// <summary>
/// Lists the examples that are PIEs of at least one comparison of a sweep, with the comparisons in which they are.
/// </summary>
/// <remarks>
/// The filters select the comparisons that count: those that are labelled, on one split, without those in which most
/// runs of a cohort have collapsed. With minShare=1, the rows are the stable core: the PIEs of all these comparisons.
/// With maxQ or replicated, only the PIEs that the filter describes count. The means of taxicab and shift are over the
/// comparisons in which the example is a PIE, of values with nine decimals.
/// </remarks>
public sealed class SweepPieTable() : Table<SweepPieFilter, SelectedComparisons, SweepPieResponse>("sweep", "pies")
{
    public override Task<SelectedComparisons?> FindAsync(
        PieDbContext db, Guid id, SweepPieFilter filter, CancellationToken cancellation) =>
        SelectedComparisons.FindAsync(db, id, filter, cancellation);

    public override Rows<SweepPieResponse> Rows(PieDbContext db, SelectedComparisons scope, SweepPieFilter filter)
    {
        var gold = LabelFilter.ClassOf(filter.Label, scope.Labels);
        var (summaries, examples) = (Summaries(db, scope, filter, null), scope.Examples(db));
        var rows = Of(summaries);
        var comparisons = scope.Comparisons.ToDictionary(comparison => comparison.Number);
        return new SummarisedExampleRows<PieSummary, SweepPieResponse>(
            rows, positions => Of(Summaries(db, scope, filter, positions)), Sorted(filter.OrderBy),
            row => SweepPieResponse.Of(row.Summary, row.Example, scope, comparisons))
        {
            Counted = gold is null ? summaries : rows,
            LengthOf = item => item.Text.Length + (item.SecondText?.Length ?? 0),
        };

        IQueryable<SummarisedExample<PieSummary>> Of(IQueryable<PieSummary> of) =>
            from summary in of
            join example in examples on summary.Position equals example.Position
            where gold == null || example.Labels.Contains(gold.Value)
            select new SummarisedExample<PieSummary> { Summary = summary, Example = example };
    }

    public override Columns<SweepPieResponse> Columns(SelectedComparisons scope) => new Columns<SweepPieResponse>()
        .Id("exampleId", row => row.ExampleId)
        .Whole("position", row => row.Position)
        .Text("sourceId", row => row.SourceId)
        .Text("text", row => row.Text)
        .Text("secondText", row => row.SecondText)
        .Gold(scope.Task, row => row.Labels)
        .Whole("comparisons", row => row.Comparisons)
        .Whole("pieCount", row => row.PieCount)
        .Real("pieShare", row => row.PieShare)
        .Whole("replicatedCount", row => row.ReplicatedCount)
        .Real("taxicab", row => row.Taxicab)
        .Real("shift", row => row.Shift)
        .List("models", row => row.Models)
        .List("methods", row => row.Methods)
        .List("sparsities", row => row.Sparsities)
        .List("comparisonIds", row => row.ComparisonIds)
        .Flag("complete", row => row.Complete);

    public override Provenance Provenance(SelectedComparisons scope) => scope.Of.Provenance;

    private static Order<SummarisedExample<PieSummary>> Sorted(SweepPieOrder order) => order switch
    {
        SweepPieOrder.PieCount => Order<SummarisedExample<PieSummary>>.ByDescending(row => row.Summary.PieCount)
            .ThenBy(row => row.Summary.Position),
        SweepPieOrder.Shift => Order<SummarisedExample<PieSummary>>
            .ByDescending(row => row.Summary.Shift ?? double.MinValue).ThenBy(row => row.Summary.Position),
        SweepPieOrder.Position => Order<SummarisedExample<PieSummary>>.By(row => row.Summary.Position),
    };

    /// <summary>
    /// The sums are over integers below 2^53, which a double represents exactly, so they do not depend on the order in
    /// which PostgreSQL reads the rows.
    /// </summary>
    /// <param name="positions">Those of the examples; null for all of them.</param>
    private static IQueryable<PieSummary> Summaries(
        PieDbContext db, SelectedComparisons scope, SweepPieFilter filter, int[]? positions)
    {
        var fewest = filter.FewestOf(scope.Comparisons.Count);
        return db.Database.SqlQueryRaw<PieSummary>(
            positions is null ? Summary + ComparedLabels.All + Selected : Summary + ComparedLabels.At + Selected,
            scope.Numbers, positions ?? [], filter.MaxQ!, PairedTests.Of(scope.Comparisons), filter.Replicated!,
            fewest);
    }

    private const string Summary = """
        SELECT position, count(*)::integer AS pie_count, sum(replicated::integer)::integer AS replicated_count,
            sum(round(taxicab * 1e9)) / count(*) / 1e9 AS taxicab,
            sum(round(shift * 1e9)) / count(shift) / 1e9 AS shift,
            array_agg(comparison_number) AS numbers

        """;

    private const string Selected = """

            AND is_pie
            AND ({2}::double precision IS NULL
                OR CASE WHEN comparison_number = ANY({3}) THEN paired_q ELSE q END <= {2})
            AND ({4}::boolean IS NULL OR replicated = {4})
        GROUP BY position HAVING count(*) >= {5}
        """;
}

public enum SweepPieOrder
{
    [JsonStringEnumMemberName("pieCount")] PieCount,
    [JsonStringEnumMemberName("shift")] Shift,
    [JsonStringEnumMemberName("position")] Position,
}

public sealed record SweepPieFilter : SelectedExamplesFilter
{
    /// <summary>The smallest number of comparisons in which an example is a PIE, at least 1.</summary>
    public int? MinCount { get; init; }

    /// <summary>
    /// The smallest share of the comparisons in which an example is a PIE, in [0, 1]; with 1, in all of them.
    /// </summary>
    public double? MinShare { get; init; }

    /// <summary>
    /// The largest q value, in [0, 1]. Only PIEs with at most this q value in their comparison count: of the paired
    /// test for an imported cohort with pairing model, else of the unpaired test.
    /// </summary>
    public double? MaxQ { get; init; }

    /// <summary>
    /// Whether the PIE is one against the second dense cohort too. Only such PIEs count, or only the other ones.
    /// </summary>
    public bool? Replicated { get; init; }

    /// <summary>
    /// The order of the examples. pieCount: the PIEs of most comparisons first; shift: the largest mean shift first;
    /// position: the order of the source. Ties are in the order of the source.
    /// </summary>
    public SweepPieOrder OrderBy { get; init; } = SweepPieOrder.PieCount;

    /// <summary>The smallest number of comparisons in which an example of the table is a PIE.</summary>
    public int FewestOf(int comparisons) =>
        Math.Max(MinCount ?? 1, (int)Math.Ceiling(((MinShare ?? 0) * comparisons) - ShareTolerance));

    public override IEnumerable<FieldError> Broken()
    {
        foreach (var error in base.Broken()) yield return error;
        if (MinCount < 1) yield return new("minCount", "must be 1 or more");
        if (MinShare is < 0 or > 1) yield return new("minShare", "must be from 0 to 1");
        if (MaxQ is < 0 or > 1) yield return new("maxQ", "must be from 0 to 1");
    }

    /// <summary>A share such as 0.28 of 25 comparisons is 7 of them, although its product is a little larger.</summary>
    private const double ShareTolerance = 1e-9;
}
