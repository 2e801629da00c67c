using System.Data;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Comparisons;
using PieService.Api.Datasets;
using PieService.Api.Figures;
using PieService.Api.Lists;
using PieService.Api.Runs;
using PieService.Api.SweepAnalysis;
using PieService.Api.Sweeps;
using PieService.Domain;
using PieService.Domain.Storage;

namespace PieService.Api.Reports;

/// <summary>What a report shows of a sweep.</summary>
/// <param name="Analyses">The first 1,000 comparisons, in the order of the request.</param>
/// <param name="Notes">What is doubtful about these comparisons, except for tied votes.</param>
/// <param name="Tied">The number of PIEs on which a vote is tied, by labelled comparison.</param>
/// <param name="Runs">The first 1,000 runs.</param>
/// <param name="Figures">The available figures of each model, as SVG without fonts.</param>
/// <param name="LeftOut">Why figures are missing that the sweep has otherwise.</param>
public sealed record ReportContent(
    SweepResponse Sweep, DatasetResponse Dataset, Page<SweepAnalysisResponse> Analyses, ReportNotes Notes,
    IReadOnlyDictionary<Guid, int> Tied, Page<RunResponse> Runs, IReadOnlyList<ReportFigure> Figures,
    IReadOnlyList<string> LeftOut)
{
    private static readonly SweepAnalysisTable AnalysisTable = new();
    private static readonly RunTable RunTable = new();

    /// <summary>Reads everything from one snapshot of the database; the figures are drawn after it has ended.</summary>
    /// <returns>Null if there is no such sweep.</returns>
    public static async Task<ReportContent?> ReadAsync(
        PieDbContext db, Guid id, FigureSlots slots, CancellationToken cancellation)
    {
        var (content, figures) = await ReadSnapshotAsync(db, id, cancellation);
        return content is null ? null : content with { Figures = await figures.DrawAsync(slots, cancellation) };
    }

    private static async Task<(ReportContent? Content, ReportFigures Figures)> ReadSnapshotAsync(
        PieDbContext db, Guid id, CancellationToken cancellation)
    {
        await using var snapshot = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        var comparisons = new ComparisonFilter { PageSize = PageQuery.MaxPageSize };
        var runs = new RunFilter { PageSize = PageQuery.MaxPageSize };
        if (await SweepQuery.FindAsync(db, id, cancellation) is not { } sweep
            || await AnalysisTable.FindAsync(db, id, comparisons, cancellation) is not { } scope
            || await FigureScope.FindAsync(db, id, cancellation) is not { } compared) return (null, new([], []));
        var dataset = await db.KnownDatasets.AsNoTracking()
            .SingleAsync(known => known.Dataset.Id == sweep.DatasetId, cancellation);
        var analyses = await AnalysisTable.Rows(db, scope, comparisons).PageAsync(comparisons, cancellation);
        var figures = await ReportFigures.ReadAsync(db, compared, cancellation);
        var content = new ReportContent(
            sweep, DatasetResponse.Of(dataset), analyses, NotesOn(analyses.Items, compared),
            compared.Comparisons.Where(comparison => comparison.Summary is not null)
                .ToDictionary(comparison => comparison.Id, comparison => comparison.Summary!.TiedPies),
            await RunTable.Rows(db, scope, runs).PageAsync(runs, cancellation), [], figures.LeftOut);
        return (content, figures);
    }

    private static ReportNotes NotesOn(IReadOnlyList<SweepAnalysisResponse> shown, FigureScope compared)
    {
        var warnings = compared.Comparisons.ToDictionary(
            comparison => comparison.Id,
            comparison => comparison.Warnings.Where(warning => warning.Code != WarningCode.TiedVotes)
                .Select(warning => warning.Message));
        return new(shown.Select(row => (row.ComparisonId, warnings[row.ComparisonId])));
    }
}
