using System.Data;
using System.Linq.Expressions;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Comparisons;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.SweepAnalysis;
using PieService.Domain.Analysis;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

/// <summary>Two comparisons of a dataset side by side, with the PIEs of both and of each alone.</summary>
public partial class PairPage : HtmlPage<PairPage.Content>
{
    private static readonly Order<Row> ByPosition = Order<Row>.By(row => row.Position);

    private static readonly IReadOnlyList<Word> Explanations =
        [Words.Pie, Words.PieRate, Words.NoiseFloor, Words.Excess, Words.Significant, Words.Overlap, Words.Q];

    /// <param name="SweepName">The sweep of the first comparison.</param>
    /// <param name="Overlap">Null until both are labelled.</param>
    /// <param name="GivenMargin">The same among examples of the same dense margin; null until both are
    /// labelled.</param>
    public sealed record Content(
        string SweepName, ComparisonScope First, ComparisonScope Second, SweepAnalysisResponse FirstNumbers,
        SweepAnalysisResponse SecondNumbers, PieOverlap? Overlap, OverlapGivenMargin? GivenMargin,
        PairFilter Filter, Page<PairLine> Examples);

    public static async Task<IResult> ShowAsync(
        Guid id, Query<PairFilter> query, PieDbContext db, CancellationToken cancellation)
    {
        var filter = query.Value;
        if (filter.With is not { } otherId)
            throw new InvalidRequestException([new("with", "is required: the id of another comparison")]);
        // All parts are of one labelling: a provisional comparison may be labelled again meanwhile.
        await using var snapshot = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        if (await ComparisonScope.FindAsync(db, id, cancellation) is not { } first)
            return Problems.NotFound("comparison", id);
        if (await ComparisonScope.FindAsync(db, otherId, cancellation) is not { } second)
            return Problems.NotFound("comparison", otherId);
        if (first.DatasetId != second.DatasetId || first.Comparison.Split != second.Comparison.Split)
            return Problems.Conflict(
                "Only comparisons on the same split of the same dataset have examples in common.");
        var (one, other) = (first.Comparison.Summary, second.Comparison.Summary);
        var compared = one is null || other is null ? [] : await ComparedAsync(db, first, second, cancellation);
        var shared = compared.Count(example => example.First && example.Second);
        var rule = RuleOf(filter.Show);
        var isShown = rule.Compile();
        var rows = Rows(
            db, first, second, rule, compared.Count(example => isShown(example.First, example.Second)));
        var sweep = await db.Sweeps.Where(found => found.Id == first.Comparison.SweepId).Select(found => found.Name)
            .SingleAsync(cancellation);
        return Render<PairPage>(new Content(
            sweep, first, second, await NumbersAsync(db, first, cancellation),
            await NumbersAsync(db, second, cancellation),
            one is null || other is null ? null : PieOverlap.Of(one.Pies, other.Pies, shared, one.Examples),
            one is null || other is null ? null : OverlapGivenMargin.Of(compared),
            filter, await rows.PageAsync(filter, cancellation)));
    }

    /// <summary>
    /// Whether an example is shown that is a PIE of the first comparison, or not, and of the second one, or not.
    /// </summary>
    private static Expression<Func<bool, bool, bool>> RuleOf(PairShow show) => show switch
    {
        PairShow.Either => (first, second) => first || second,
        PairShow.Both => (first, second) => first && second,
        PairShow.First => (first, second) => first && !second,
        PairShow.Second => (first, second) => !first && second,
    };

    /// <summary>A rule for examples as a condition of a query.</summary>
    private static Expression<Func<Row, bool>> OfRow(Expression<Func<bool, bool, bool>> rule)
    {
        Expression<Func<Row, bool>> first = row => row.First.IsPie, second = row => row.Second.IsPie;
        return Expression.Lambda<Func<Row, bool>>(
            Expression.Invoke(rule, first.Body, Expression.Invoke(second, first.Parameters)), first.Parameters);
    }

    /// <param name="rule">The examples that are shown.</param>
    /// <param name="shown">The number of the rows.</param>
    private static QueryRows<Row, PairLine> Rows(
        PieDbContext db, ComparisonScope first, ComparisonScope second, Expression<Func<bool, bool, bool>> rule,
        int shown)
    {
        var (one, other) = (first.Comparison.Number, second.Comparison.Number);
        var rows = from label in db.PieLabels
                   join beside in db.PieLabels on label.Position equals beside.Position
                   join example in db.Examples on label.Position equals example.Position
                   where label.ComparisonNumber == one && beside.ComparisonNumber == other
                       && example.DatasetId == first.DatasetId && example.Split == first.Comparison.Split
                   select new Row { Position = label.Position, First = label, Second = beside, Example = example };
        return new QueryRows<Row, PairLine>(
            rows.Where(OfRow(rule)), ByPosition, row => PairLine.Of(row.Example, first, row.First, second, row.Second))
        {
            LengthOf = line => line.Text.Length + (line.SecondText?.Length ?? 0),
            Known = shown,
        };
    }

    /// <summary>
    /// For each example its stratum, and whether it is a PIE of the first and of the second comparison. The strata are
    /// the pairs of both dense margins. These are equal if both comparisons have the same dense cohort, so that the
    /// pairs are then the strata of that cohort.
    /// </summary>
    private static async Task<List<(int Stratum, bool First, bool Second)>> ComparedAsync(
        PieDbContext db, ComparisonScope first, ComparisonScope second, CancellationToken cancellation)
    {
        var (one, other) = (first.Comparison.Number, second.Comparison.Number);
        var labels = from label in db.PieLabels
                     join beside in db.PieLabels on label.Position equals beside.Position
                     where label.ComparisonNumber == one && beside.ComparisonNumber == other
                     select new
                     {
                         First = new { label.DenseVotes, label.DenseRuns, label.IsPie },
                         Second = new { beside.DenseVotes, beside.DenseRuns, beside.IsPie },
                     };
        var examples = new List<(int Stratum, bool First, bool Second)>();
        await foreach (var label in labels.AsAsyncEnumerable().WithCancellation(cancellation))
            examples.Add((
                (OverlapGivenMargin.Strata * Stratum(label.First.DenseVotes, label.First.DenseRuns))
                    + Stratum(label.Second.DenseVotes, label.Second.DenseRuns),
                label.First.IsPie, label.Second.IsPie));
        return examples;

        int Stratum(byte[] votes, int runs) =>
            OverlapGivenMargin.Stratum(first.Task, PackedVotes.Unpack(votes), runs);
    }

    private static async Task<SweepAnalysisResponse> NumbersAsync(
        PieDbContext db, ComparisonScope scope, CancellationToken cancellation) => SweepAnalysisResponse.Of(
        scope.Comparison,
        await db.ComparisonAnalyses.AsNoTracking()
            .SingleOrDefaultAsync(found => found.ComparisonId == scope.Comparison.Id, cancellation));

    private IEnumerable<(string Name, SweepAnalysisResponse Numbers)> Both =>
        [("First", Model.FirstNumbers), ("Second", Model.SecondNumbers)];

    /// <summary>The words for imported cohorts hold for both kinds.</summary>
    private CohortKind Kind => Model.First.Comparison.Kind == Model.Second.Comparison.Kind
        ? Model.First.Comparison.Kind : CohortKind.Foreign;

    private static string NameOf(PairShow show) => show switch
    {
        PairShow.Either => "of either",
        PairShow.Both => "of both",
        PairShow.First => "of the first alone",
        PairShow.Second => "of the second alone",
    };

    private sealed record Row
    {
        public required int Position { get; init; }
        public required PieLabel First { get; init; }
        public required PieLabel Second { get; init; }
        public required Example Example { get; init; }
    }
}

/// <summary>An example in two comparisons.</summary>
public sealed record PairLine(
    Guid Id, int Position, string SourceId, string Text, string? SecondText, IReadOnlyList<string> Labels,
    PairVote First, PairVote Second)
{
    public static PairLine Of(
        Example example, ComparisonScope first, PieLabel firstLabel, ComparisonScope second, PieLabel secondLabel) =>
        new(
        example.Id, example.Position, example.SourceId, example.Text, example.SecondText,
        [.. example.Labels.Select(index => first.Labels[index])], PairVote.Of(firstLabel, first),
        PairVote.Of(secondLabel, second));
}

/// <param name="Runs">The number of pruned runs that voted.</param>
/// <param name="Test">The test of the q value.</param>
public sealed record PairVote(
    bool IsPie, CohortVote Pruned, IReadOnlyList<string>? Classes, int Runs, SignificanceTest Test, double? Q)
{
    public static PairVote Of(PieLabel label, ComparisonScope scope)
    {
        var (votes, test) = (CohortVotes.Of(label, scope.Labels), scope.DefaultTest);
        return new(
            label.IsPie, votes.Pruned, votes.Classes, label.PrunedRuns, test, Significance.QOf(label, test));
    }
}

/// <summary>The examples that the page of two comparisons lists.</summary>
public enum PairShow
{
    [JsonStringEnumMemberName("either")] Either,
    [JsonStringEnumMemberName("both")] Both,
    [JsonStringEnumMemberName("first")] First,
    [JsonStringEnumMemberName("second")] Second,
}

public sealed record PairFilter : PageQuery
{
    /// <summary>The id of the second comparison.</summary>
    public Guid? With { get; init; }

    public PairShow Show { get; init; }
}
