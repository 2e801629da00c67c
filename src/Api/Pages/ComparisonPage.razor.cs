using System.Data;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Comparisons;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.SweepAnalysis;
using PieService.Domain.Pies;
using PieService.Domain.Recipes;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

public partial class ComparisonPage : HtmlPage<ComparisonPage.Content>
{
    /// <param name="Numbers">The main numbers, as the table of analyses of the sweep has them.</param>
    /// <param name="Known">What is doubtful about the comparison.</param>
    /// <param name="Place">The comparison among those of its sweep; null if the list of the address is not one of its
    /// sweep.</param>
    /// <param name="Subgroups">The names of the subgroups of the dataset.</param>
    /// <param name="Others">The first labelled comparisons of the sweep on the same split.</param>
    public sealed record Content(
        ComparisonScope Scope, string SweepName, SweepAnalysisResponse Numbers, ComparisonResponse Known,
        ComparisonViewFilter Filter, Page<PieResponse> Pies, PlaceInList? Place,
        IReadOnlyList<string> Subgroups, IReadOnlyList<OtherComparison> Others);

    private const int OthersShown = 200;

    private static readonly PieTable Table = new();

    private IReadOnlyList<Word> Explanations =>
    [
        .. Words.OfSize(Kind), Words.Score, Words.PieRate, Words.NoiseFloor, Words.Excess, Words.Significant,
        Words.Vote, Words.Margin, Words.Q, Words.Direction, Words.Replicated,
    ];

    public static async Task<IResult> ShowAsync(
        Guid id, Query<ComparisonViewFilter> query, PieDbContext db, CancellationToken cancellation)
    {
        // All parts are of one labelling: a provisional comparison may be labelled again meanwhile.
        await using var snapshot = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var filter = query.Value;
        if (await Table.FindAsync(db, id, filter, cancellation) is not { } scope)
            return Problems.NotFound("comparison", id);
        var analysis = await db.ComparisonAnalyses.AsNoTracking()
            .SingleOrDefaultAsync(found => found.ComparisonId == id, cancellation);
        var comparison = scope.Comparison;
        var others = await db.Comparisons
            .Where(other => other.SweepId == comparison.SweepId && other.Split == comparison.Split && other.Id != id
                && other.Summary != null)
            .OrderBy(other => other.Ordinal).Take(OthersShown)
            .Select(other => new OtherComparison(
                other.Id, other.Model, other.Method, other.Sparsity, other.Baseline, other.Cohort))
            .ToListAsync(cancellation);
        var sweepName = await db.Sweeps.Where(sweep => sweep.Id == comparison.SweepId).Select(sweep => sweep.Name)
            .SingleAsync(cancellation);
        var subgroups = await db.Subgroups.Where(subgroup => subgroup.DatasetId == scope.DatasetId)
            .OrderBy(subgroup => subgroup.Id).Select(subgroup => subgroup.Name).ToListAsync(cancellation);
        return Render<ComparisonPage>(new Content(
            scope, sweepName, SweepAnalysisResponse.Of(comparison, analysis), ComparisonResponse.Of(comparison), filter,
            await Table.Rows(db, scope, filter).PageAsync(filter, cancellation),
            await OpenedComparisons.FindAsync(filter.In, comparison, sweepName, db, cancellation), subgroups,
            others));
    }

    private CohortKind Kind => Model.Scope.Comparison.Kind;

    private string Address => $"/api/v1/comparisons/{Model.Known.Id}";

    /// <summary>The page without the filters of the PIEs.</summary>
    private string Unfiltered => Link.InList($"/ui/comparisons/{Model.Known.Id}", Model.Filter.In);

    private IReadOnlyList<(string Name, string Address)> Crumbs =>
        [("Sweeps", "/ui/sweeps"), (Model.SweepName, $"/ui/sweeps/{Model.Known.SweepId}")];
}

/// <summary>The PIEs that the page of a comparison lists, and the list from which it was opened.</summary>
public sealed record ComparisonViewFilter : PieFilter
{
    /// <summary>As <see cref="OpenedList"/> has it; null if it is not known.</summary>
    public string? In { get; init; }
}

/// <summary>A comparison beside which another one can be shown.</summary>
/// <param name="Cohort">The name of the cohort of imported predictions; null if this service trained the runs.</param>
public sealed record OtherComparison(
    Guid Id, string Model, Method Method, decimal Sparsity, Method Baseline, string? Cohort);
