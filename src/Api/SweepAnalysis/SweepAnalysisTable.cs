using PieService.Api.Comparisons;
using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Api.Tables.Latex;
using PieService.Domain;
using PieService.Domain.Analysis;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.SweepAnalysis;

/// <summary>
/// Lists the analysis of each comparison of a sweep: effects, intervals and significance side by side.
/// </summary>
/// <remarks>
/// A row has the main numbers of GET /comparisons/{id}/analysis, under the same names, beside the PIE rate, the noise
/// floor and the scores of the comparison. Intervals are 95 %. A comparison that is provisional has complete: false;
/// one that is not labelled yet has null numbers.
/// </remarks>
public sealed class SweepAnalysisTable()
    : Table<ComparisonFilter, SweepScope, SweepAnalysisResponse>("sweep", "analysis")
{
    private static readonly Order<Row> ByRequest = Order<Row>.By(row => row.Comparison.Ordinal);

    private static readonly Order<Row> BySparsity =
        Order<Row>.By(row => row.Comparison.AchievedSparsity ?? AchievedSparsity.Missing)
            .ThenBy(row => row.Comparison.Ordinal);

    private static readonly LatexLayout<SweepAnalysisResponse> OfTrained = LayoutOf(
        CohortKind.Trained, "dense models with different seeds",
        new("Baseline", "l", row => LatexText.Escaped(Wire.Name(row.Baseline))),
        new(@"Sparsity (\%)", "r", row => LatexText.Sparsity(row.AchievedSparsity?.Mean)));

    private static readonly LatexLayout<SweepAnalysisResponse> OfImported = LayoutOf(
        CohortKind.Foreign, "different baseline models",
        new LatexColumn<SweepAnalysisResponse>(
            CohortKind.Foreign.SizeHeading, "l",
            row => LatexText.OrNone(CompressionText.Of(row.Compression, row.Bits))));

    private static LatexLayout<SweepAnalysisResponse> LayoutOf(
        CohortKind kind, string floor, params ReadOnlySpan<LatexColumn<SweepAnalysisResponse>> cohort) => new(
        $"PIEs of n {kind.Compressed} against n {kind.Baseline} models on N examples. Rate: PIEs in percent of the "
        + $"examples. Floor: mean of that rate between cohorts of {floor}. Excess: disagreement of both cohorts beyond "
        + "that within them, in percent of the examples, with its 95 % interval. q: PIEs with a q value of at most "
        + "0.05.",
        [
            new("Model", "l", row => LatexText.Escaped(row.Model)),
            new(kind.NameHeading, "l", row => LatexText.Escaped(row.Cohort ?? Wire.Name(row.Method))),
            .. cohort,
            new("$n$", "r", row => Seeds(row.Seeds)),
            new("$N$", "r", row => LatexText.Whole(row.Examples)),
            new("PIEs", "r", row => LatexText.Whole(row.Pies)),
            new("Rate", "r", row => LatexText.Percent(row.PieRate)),
            new("Floor", "r", row => LatexText.Percent(row.NoiseFloor?.Mean)),
            new("Excess", "r", row => LatexText.WithInterval(row.Excess)),
            new("$q$", "r", row => LatexText.Whole(row.SignificantPies)),
        ])
        {
            IsProvisional = row => !row.Complete,
        };

    /// <summary>The number of runs of both cohorts; both numbers, the dense one first, if they differ.</summary>
    private static string Seeds(ComparedSeeds seeds) => seeds.Dense == seeds.Pruned
        ? LatexText.Whole(seeds.Pruned) : $"{LatexText.Whole(seeds.Dense)}, {LatexText.Whole(seeds.Pruned)}";

    public override Task<SweepScope?> FindAsync(
        PieDbContext db, Guid id, ComparisonFilter filter, CancellationToken cancellation) =>
        SweepScope.FindAsync(db, id, cancellation);

    public override Rows<SweepAnalysisResponse> Rows(PieDbContext db, SweepScope scope, ComparisonFilter filter)
    {
        var comparisons = filter.Of(db.Comparisons, scope.SweepId);
        var rows = from comparison in comparisons
                   join known in db.ComparisonAnalyses on comparison.Id equals known.ComparisonId into found
                   from analysis in found.DefaultIfEmpty()
                   select new Row { Comparison = comparison, Analysis = analysis };
        return new QueryRows<Row, SweepAnalysisResponse>(
            rows, filter.OrderBy == SparsityOrder.Request ? ByRequest : BySparsity,
            row => SweepAnalysisResponse.Of(row.Comparison, row.Analysis))
        {
            Counted = comparisons,
        };
    }

    public override Columns<SweepAnalysisResponse> Columns(SweepScope scope) => SweepAnalysisColumns.All;

    public override Provenance Provenance(SweepScope scope) => scope.Provenance;

    public override LatexLayout<SweepAnalysisResponse> Latex => OfTrained;

    public override LatexLayout<SweepAnalysisResponse> LatexOf(SweepScope scope, ComparisonFilter filter) =>
        scope.IsImported ? OfImported : OfTrained;

    private sealed record Row
    {
        public required Comparison Comparison { get; init; }
        public required ComparisonAnalysis? Analysis { get; init; }
    }
}
