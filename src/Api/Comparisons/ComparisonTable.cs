using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.Tables;
using PieService.Api.Tables.Latex;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;
using PieService.Domain.Statistics;
using PieService.Domain.Storage;

namespace PieService.Api.Comparisons;

/// <summary>Lists the comparisons of a sweep: each pruned cohort against its dense cohort.</summary>
/// <remarks>
/// A comparison is labelled for the first time when two seeds of both cohorts have succeeded; until then pies and
/// scores are null. Its labels are provisional until all runs of both cohorts have ended.
/// </remarks>
public sealed class ComparisonTable() : Table<ComparisonFilter, SweepScope, ComparisonResponse>("sweep", "comparisons")
{
    private static readonly Order<Comparison> ByRequest = Order<Comparison>.By(row => row.Ordinal);

    private static readonly Order<Comparison> BySparsity =
        Order<Comparison>.By(row => row.AchievedSparsity ?? AchievedSparsity.Missing).ThenBy(row => row.Ordinal);

    private static readonly Columns<ComparisonResponse> Flat = new Columns<ComparisonResponse>()
        .Id("id", row => row.Id)
        .Id("sweepId", row => row.SweepId)
        .Text("model", row => row.Model)
        .Name("architecture", row => row.Architecture)
        .Name("method", row => row.Method)
        .Real("sparsity", row => (double)row.Sparsity)
        .Name("baseline", row => row.Baseline)
        .Text("cohort", row => row.Cohort)
        .Text("compression", row => row.Compression)
        .Real("bits", row => row.Bits)
        .Spread("achievedSparsity", row => row.AchievedSparsity)
        .Whole("seeds_dense", row => row.Seeds.Dense)
        .Whole("seeds_pruned", row => row.Seeds.Pruned)
        .Whole("seeds_expected", row => row.Seeds.Expected)
        .Flag("complete", row => row.Complete)
        .Name("split", row => row.Split)
        .Whole("examples", row => row.Examples)
        .Whole("pies", row => row.Pies)
        .Real("pieRate", row => row.PieRate)
        .NoiseFloor("noiseFloor", row => row.NoiseFloor)
        .Spread("churn", row => row.Churn)
        .Whole("ties_dense", row => row.Ties?.Dense)
        .Whole("ties_pruned", row => row.Ties?.Pruned)
        .Text("score_metric", row => row.Score is { } score ? Wire.Name(score.Metric) : null)
        .Spread("score_dense", row => row.Score?.Dense)
        .Spread("score_pruned", row => row.Score?.Pruned)
        .Real("scoreOnPies_dense", row => row.ScoreOnPies?.Dense)
        .Real("scoreOnPies_pruned", row => row.ScoreOnPies?.Pruned)
        .List("influence_epochs", row => row.Influence?.Epochs)
        .Text("influence_reason", row => row.Influence?.Reason)
        .List("warnings", row => row.Warnings)
        .Time("labelledAt", row => row.LabelledAt)
        .Text("labellingError", row => row.LabellingError);

    private static readonly LatexLayout<ComparisonResponse> OfTrained = LayoutOf(
        CohortKind.Trained,
        new("Baseline", "l", row => LatexText.Escaped(Wire.Name(row.Baseline))),
        new(@"Target (\%)", "r", row => LatexText.Sparsity((double)row.Sparsity)),
        new(@"Achieved (\%)", "r", row => LatexText.Sparsity(row.AchievedSparsity?.Mean)));

    private static readonly LatexLayout<ComparisonResponse> OfImported = LayoutOf(
        CohortKind.Foreign,
        new LatexColumn<ComparisonResponse>(
            CohortKind.Foreign.SizeHeading, "l",
            row => LatexText.OrNone(CompressionText.Of(row.Compression, row.Bits))));

    private static LatexLayout<ComparisonResponse> LayoutOf(
        CohortKind kind, params ReadOnlySpan<LatexColumn<ComparisonResponse>> cohort) => new(
        $"Scores of the {kind.Baseline} and the {kind.Compressed} models in percent: mean and standard deviation over "
        + $"n {kind.Repetition}s. Accuracy for single-label data, macro-F1 for multi-label data.",
        [
            new("Model", "l", row => LatexText.Escaped(row.Model)),
            new(kind.NameHeading, "l", row => LatexText.Escaped(row.Cohort ?? Wire.Name(row.Method))),
            .. cohort,
            new(kind.BaselineHeading, "r", row => LatexText.MeanSd(row.Score?.Dense)),
            new("$n$", "r", row => LatexText.Whole(row.Seeds.Dense)),
            new(kind.CompressedHeading, "r", row => LatexText.MeanSd(row.Score?.Pruned)),
            new("$n$", "r", row => LatexText.Whole(row.Seeds.Pruned)),
        ])
        {
            IsProvisional = row => !row.Complete,
        };

    public override Task<SweepScope?> FindAsync(
        PieDbContext db, Guid id, ComparisonFilter filter, CancellationToken cancellation) =>
        SweepScope.FindAsync(db, id, cancellation);

    public override Rows<ComparisonResponse> Rows(PieDbContext db, SweepScope scope, ComparisonFilter filter) =>
        new QueryRows<Comparison, ComparisonResponse>(
            filter.Of(db.Comparisons, scope.SweepId), OrderOf(filter), ComparisonResponse.Of);

    /// <summary>
    /// The comparisons before and after a comparison, in the order of the table and under its filters, which the
    /// comparison itself may not meet.
    /// </summary>
    public static Task<Adjacent<Comparison>> AdjacentAsync(
        PieDbContext db, Comparison comparison, ComparisonFilter filter, CancellationToken cancellation)
    {
        var order = OrderOf(filter);
        return Adjacent<Comparison>.FirstOfAsync(
            Adjacent<Comparison>.QueriesOf(
                filter.Of(db.Comparisons, comparison.SweepId), order, order.PlaceOf(comparison)),
            cancellation);
    }

    private static Order<Comparison> OrderOf(ComparisonFilter filter) =>
        filter.OrderBy == SparsityOrder.Request ? ByRequest : BySparsity;

    public override Columns<ComparisonResponse> Columns(SweepScope scope) => Flat;

    public override Provenance Provenance(SweepScope scope) => scope.Provenance;

    public override LatexLayout<ComparisonResponse> Latex => OfTrained;

    public override LatexLayout<ComparisonResponse> LatexOf(SweepScope scope, ComparisonFilter filter) =>
        scope.IsImported ? OfImported : OfTrained;
}

public sealed record ComparisonFilter : TableQuery
{
    /// <summary>The model's name in the sweep.</summary>
    public string? Model { get; init; }

    /// <summary>Only comparisons of this pruning method are returned.</summary>
    public Method? Method { get; init; }

    /// <summary>The target sparsity, in percent.</summary>
    public decimal? Sparsity { get; init; }

    /// <summary>The dense cohort with which the pruned cohort is compared: dense, dense4E, or external for imported
    /// predictions.</summary>
    public Method? Baseline { get; init; }

    /// <summary>The name of the cohort of imported predictions that is compared with its baseline.</summary>
    public string? Cohort { get; init; }

    /// <summary>Only comparisons on this split are returned.</summary>
    public Split? Split { get; init; }

    /// <summary>
    /// The lowest mean achieved sparsity of the pruned runs, in percent. Comparisons below it are left out.
    /// </summary>
    public double? MinAchievedSparsity { get; init; }

    /// <summary>
    /// The highest mean achieved sparsity of the pruned runs, in percent. Comparisons above it are left out.
    /// </summary>
    public double? MaxAchievedSparsity { get; init; }

    /// <summary>
    /// The order of the comparisons. request: the order of the sweep's request; achievedSparsity: the least pruned
    /// first, unlabelled comparisons last.
    /// </summary>
    public SparsityOrder OrderBy { get; init; } = SparsityOrder.Request;

    public IQueryable<Comparison> Of(IQueryable<Comparison> comparisons, Guid sweepId) => comparisons
        .Where(comparison => comparison.SweepId == sweepId
            && (Model == null || comparison.Model == Model)
            && (Method == null || comparison.Method == Method)
            && (Sparsity == null || comparison.Sparsity == Sparsity)
            && (Baseline == null || comparison.Baseline == Baseline)
            && (Cohort == null || comparison.Cohort == Cohort)
            && (Split == null || comparison.Split == Split)
            && (MinAchievedSparsity == null || comparison.AchievedSparsity >= MinAchievedSparsity)
            && (MaxAchievedSparsity == null || comparison.AchievedSparsity <= MaxAchievedSparsity));
}

/// <param name="Cohort">The name of the cohort of imported predictions that is compared with its baseline; null if this
/// service trained the runs.</param>
/// <param name="Compression">The compression of that cohort in words.</param>
/// <param name="Bits">The bits of one of its weights.</param>
/// <param name="Seeds">The numbers of runs of both cohorts.</param>
/// <param name="Complete">
/// Whether every expected run has succeeded. If not, the labels are computed from the seeds that both cohorts have.
/// </param>
/// <param name="Examples">The number of examples of the split; null until the comparison is labelled.</param>
/// <param name="Pies">The number of PIEs; null until the comparison is labelled.</param>
/// <param name="PieRate">The number of PIEs divided by the number of examples, in [0, 1].</param>
/// <param name="NoiseFloor">
/// The PIE rate that a change of seeds alone causes; null until the comparison is labelled.
/// </param>
/// <param name="Churn">
/// The share of the examples on which the dense and the pruned run of one seed disagree, in [0, 1], over the seeds.
/// </param>
/// <param name="Ties">The number of examples on which the vote of a cohort is a tie.</param>
/// <param name="Score">The scores of both cohorts on the split; null until the comparison is labelled.</param>
/// <param name="ScoreOnPies">
/// The score of each cohort on the PIEs: for single-label data the accuracy of its majority, for multi-label data the
/// mean macro-F1 of its runs.
/// </param>
/// <param name="Influence">
/// The epochs for which GET /comparisons/{id}/influence returns bins; null until the comparison is labelled.
/// </param>
/// <param name="Warnings">What is doubtful about the PIEs; empty until the comparison is labelled.</param>
/// <param name="LabelledAt">The time of the last labelling; null until the comparison is labelled.</param>
/// <param name="LabellingError">
/// Why the last labelling failed. It is repeated several times; then the sweep has failed, until a run of the
/// comparison ends or retryFailedRuns asks for it. Null if the last labelling succeeded.
/// </param>
public sealed record ComparisonResponse(
    Guid Id, Guid SweepId, string Model, Architecture Architecture, Method Method, decimal Sparsity, Method Baseline,
    string? Cohort, string? Compression, double? Bits, Spread? AchievedSparsity, ComparedSeeds Seeds, bool Complete,
    Split Split, int? Examples, int? Pies,
    double? PieRate,
    NoiseFloor? NoiseFloor, Spread? Churn, ComparedCounts? Ties, ComparedScores? Score, ComparedNumbers? ScoreOnPies,
    ComparedInfluence? Influence, IReadOnlyList<Warning> Warnings, DateTimeOffset? LabelledAt,
    string? LabellingError)
    : IPolled
{
    /// <summary>
    /// Whether the labels are provisional and the sweep is still running. This value is not serialized.
    /// </summary>
    internal bool IsAtWork { get; init; }

    bool IPolled.IsAtWork => IsAtWork;

    public static ComparisonResponse Of(Comparison comparison)
    {
        var summary = comparison.Summary;
        return new ComparisonResponse(
            comparison.Id, comparison.SweepId, comparison.Model, comparison.Architecture, comparison.Method,
            comparison.Sparsity, comparison.Baseline, comparison.Cohort, comparison.Compression, comparison.Bits,
            summary?.AchievedSparsity,
            new ComparedSeeds(summary?.DenseSeeds, summary?.PrunedSeeds, comparison.ExpectedPruned),
            summary?.Complete ?? false, comparison.Split, summary?.Examples, summary?.Pies,
            summary is { Examples: > 0 } ? (double)summary.Pies / summary.Examples : null,
            summary?.NoiseFloor, summary?.Churn,
            summary is null ? null : new ComparedCounts(summary.DenseTies, summary.PrunedTies),
            summary is null ? null : new ComparedScores(summary.Metric, summary.DenseScore, summary.PrunedScore),
            summary is null ? null : new ComparedNumbers(summary.DenseOnPies, summary.PrunedOnPies),
            summary is null ? null : new ComparedInfluence(summary.InfluenceEpochs, summary.NoInfluence),
            comparison.Warnings,
            comparison.LabelledAt, comparison.LabellingError);
    }
}

/// <param name="Dense">
/// The number of dense runs from which the labels were computed; null until the comparison is labelled.
/// </param>
/// <param name="Pruned">The number of pruned runs; null until the comparison is labelled.</param>
/// <param name="Expected">The number of pruned runs that are expected; as many dense runs, unless the predictions were
/// imported without pairs.</param>
public sealed record ComparedSeeds(int? Dense, int? Pruned, int Expected);

/// <param name="Dense">The number for the dense cohort.</param>
/// <param name="Pruned">The number for the pruned cohort.</param>
public sealed record ComparedCounts(int Dense, int Pruned);

/// <param name="Dense">The value for the dense cohort; null if it has none.</param>
/// <param name="Pruned">The value for the pruned cohort; null if it has none.</param>
public sealed record ComparedNumbers(double? Dense, double? Pruned);

/// <param name="Epochs">The observed epochs by whose EL2N the training examples are divided into bins.</param>
/// <param name="Reason">The reason why there are no bins; null if there are bins.</param>
public sealed record ComparedInfluence(IReadOnlyList<int> Epochs, string? Reason);

/// <param name="Metric">The metric of the scores: accuracy for single-label data, macro-F1 for multi-label
/// data.</param>
/// <param name="Dense">The score of the dense cohort over its runs.</param>
/// <param name="Pruned">The score of the pruned cohort over its runs.</param>
public sealed record ComparedScores(ScoreMetric Metric, Spread Dense, Spread Pruned);
