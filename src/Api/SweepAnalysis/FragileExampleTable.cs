using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Comparisons;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Domain.Datasets;
using PieService.Domain.Storage;

namespace PieService.Api.SweepAnalysis;

/// <summary>
/// Lists the examples of a sweep by how strongly pruning changes their votes, over several comparisons.
/// </summary>
/// <remarks>
/// The filters select the comparisons that count: those that are labelled, on one split, without those in which most
/// runs of a cohort have collapsed. All examples of the split are listed, PIEs or not. The means of taxicab and shift
/// are over all these comparisons, of values with nine decimals.
/// </remarks>
public sealed class FragileExampleTable()
    : Table<FragileExampleFilter, SelectedComparisons, FragileExampleResponse>("sweep", "fragile-examples")
{
    /// <summary>Greater than every sparsity: an example that is never a PIE is behind all others.</summary>
    private const decimal Never = 101;

    public override async Task<SelectedComparisons?> FindAsync(
        PieDbContext db, Guid id, FragileExampleFilter filter, CancellationToken cancellation)
    {
        var scope = await SelectedComparisons.FindAsync(db, id, filter, cancellation);
        await ReadByBitmapsAsync(db, cancellation);
        return scope;
    }

    /// <summary>
    /// Keeps PostgreSQL from reading whole parts of the labels, or one label after the other without parallel workers:
    /// for each part it takes all numbers of comparisons for numbers of this part. The settings hold until the
    /// connection goes back to the pool, at the end of the request.
    /// </summary>
    private static async Task ReadByBitmapsAsync(PieDbContext db, CancellationToken cancellation)
    {
        await db.Database.OpenConnectionAsync(cancellation);
        await db.Database.ExecuteSqlRawAsync("SET enable_seqscan = off; SET enable_indexscan = off", cancellation);
    }

    public override Rows<FragileExampleResponse> Rows(
        PieDbContext db, SelectedComparisons scope, FragileExampleFilter filter)
    {
        var gold = LabelFilter.ClassOf(filter.Label, scope.Labels);
        var examples = scope.Examples(db);
        return new SummarisedExampleRows<FragileSummary, FragileExampleResponse>(
            Of(Summaries(db, scope, null)), positions => Of(Summaries(db, scope, positions)), Sorted(filter.OrderBy),
            row => FragileExampleResponse.Of(row.Summary, row.Example, scope))
        {
            // A comparison has a label of each example.
            Counted = examples.Where(
                example => scope.Comparisons.Count > 0 && (gold == null || example.Labels.Contains(gold.Value))),
            LengthOf = item => item.Text.Length + (item.SecondText?.Length ?? 0),
        };

        IQueryable<SummarisedExample<FragileSummary>> Of(IQueryable<FragileSummary> summaries) =>
            from summary in summaries
            join example in examples on summary.Position equals example.Position
            where gold == null || example.Labels.Contains(gold.Value)
            select new SummarisedExample<FragileSummary> { Summary = summary, Example = example };
    }

    public override Columns<FragileExampleResponse> Columns(SelectedComparisons scope) =>
        new Columns<FragileExampleResponse>()
        .Id("exampleId", row => row.ExampleId)
        .Whole("position", row => row.Position)
        .Text("sourceId", row => row.SourceId)
        .Text("text", row => row.Text)
        .Text("secondText", row => row.SecondText)
        .Gold(scope.Task, row => row.Labels)
        .Whole("comparisons", row => row.Comparisons)
        .Whole("pieCount", row => row.PieCount)
        .Real("taxicab", row => row.Taxicab)
        .Real("shift", row => row.Shift)
        .Real("firstFlip", row => (double?)row.FirstFlip)
        .Flag("complete", row => row.Complete);

    public override Provenance Provenance(SelectedComparisons scope) => scope.Of.Provenance;

    private static Order<SummarisedExample<FragileSummary>> Sorted(FragileOrder order) => (order switch
    {
        FragileOrder.Shift => Order<SummarisedExample<FragileSummary>>
            .ByDescending(row => row.Summary.Shift ?? double.MinValue),
        FragileOrder.Taxicab => Order<SummarisedExample<FragileSummary>>.ByDescending(row => row.Summary.Taxicab),
        FragileOrder.PieCount => Order<SummarisedExample<FragileSummary>>.ByDescending(row => row.Summary.PieCount),
        FragileOrder.FirstFlip => Order<SummarisedExample<FragileSummary>>.By(row => row.Summary.FirstFlip ?? Never),
    }).ThenBy(row => row.Summary.Position);

    /// <summary>
    /// The sums are over integers below 2^53, which a double represents exactly, so they do not depend on the order in
    /// which PostgreSQL reads the rows. The comparisons are in the order of their targets: a place in a short array
    /// costs less than a join for each of millions of labels.
    /// </summary>
    /// <param name="positions">Those of the examples; null for all of them.</param>
    public static IQueryable<FragileSummary> Summaries(PieDbContext db, SelectedComparisons scope, int[]? positions)
    {
        var byTarget = scope.Comparisons.OrderBy(comparison => comparison.KnownSparsity is null)
            .ThenBy(comparison => comparison.KnownSparsity).ToList();
        int[] numbers = [.. byTarget.Select(comparison => comparison.Number)];
        decimal?[] targets = [.. byTarget.Select(comparison => comparison.KnownSparsity)];
        return db.Database.SqlQueryRaw<FragileSummary>(
            positions is null ? Summary + ComparedLabels.All + Grouped : Summary + ComparedLabels.At + Grouped,
            numbers, positions ?? [], targets);
    }

    private const string Summary = """
        SELECT position, count(*)::integer AS comparisons, (count(*) FILTER (WHERE is_pie))::integer AS pie_count,
            sum(round(taxicab * 1e9)) / count(*) / 1e9 AS taxicab,
            sum(round(shift * 1e9)) / count(shift) / 1e9 AS shift,
            ({2}::numeric[])[min(CASE WHEN is_pie THEN array_position({0}, comparison_number) END)] AS first_flip

        """;

    private const string Grouped = "\nGROUP BY position";
}

public enum FragileOrder
{
    [JsonStringEnumMemberName("shift")] Shift,
    [JsonStringEnumMemberName("taxicab")] Taxicab,
    [JsonStringEnumMemberName("pieCount")] PieCount,
    [JsonStringEnumMemberName("firstFlip")] FirstFlip,
}

public sealed record FragileExampleFilter : SelectedExamplesFilter
{
    /// <summary>
    /// The order of the examples. shift, taxicab: the largest mean first; pieCount: the PIEs of most comparisons first;
    /// firstFlip: the PIEs of the lowest target first. Ties are in the order of the source.
    /// </summary>
    public FragileOrder OrderBy { get; init; } = FragileOrder.Shift;
}

/// <summary>The labels of one example in all comparisons that count, as the database summarises them.</summary>
public sealed record FragileSummary(
    int Position, int Comparisons, int PieCount, double Taxicab, double? Shift, decimal? FirstFlip) : IExampleSummary;

/// <param name="Comparisons">The number of comparisons that count.</param>
/// <param name="PieCount">The number of these in which the example is a PIE.</param>
/// <param name="Taxicab">The mean of taxicab over the comparisons.</param>
/// <param name="Shift">The mean of shift over the comparisons; null for one seed.</param>
/// <param name="FirstFlip">The lowest target sparsity at which it is a PIE, in percent; null if it never is, or only of
/// imported cohorts of unknown sparsity.</param>
/// <param name="Complete">Whether every comparison that counts is complete; else the row is provisional.</param>
public sealed record FragileExampleResponse(
    Guid ExampleId, int Position, string SourceId, string Text, string? SecondText, IReadOnlyList<string> Labels,
    int Comparisons, int PieCount, double Taxicab, double? Shift, decimal? FirstFlip, bool Complete)
{
    public static FragileExampleResponse Of(FragileSummary summary, Example example, SelectedComparisons scope) => new(
        example.Id, example.Position, example.SourceId, example.Text, example.SecondText,
        [.. example.Labels.Select(index => scope.Labels[index])], summary.Comparisons, summary.PieCount,
        summary.Taxicab, summary.Shift, summary.FirstFlip, scope.AreComplete);
}
