using Microsoft.EntityFrameworkCore;
using PieService.Api.Comparisons;
using PieService.Api.Datasets;
using PieService.Api.Figures;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.Runs;
using PieService.Api.SweepAnalysis;
using PieService.Api.Sweeps;
using PieService.Domain.Storage;

namespace PieService.Api.Reports;

/// <summary>What a report shows of a sweep.</summary>
/// <param name="Analyses">The first 1,000 comparisons, in the order of the request.</param>
/// <param name="Runs">The first 1,000 runs.</param>
/// <param name="Figures">The available figures of each model, as SVG without fonts.</param>
public sealed record ReportContent(
    SweepResponse Sweep, DatasetResponse Dataset, Page<SweepAnalysisResponse> Analyses, Page<RunResponse> Runs,
    IReadOnlyList<ReportFigure> Figures)
{
    private const int MostModels = 5;

    private static readonly SweepAnalysisTable AnalysisTable = new();
    private static readonly RunTable RunTable = new();

    /// <returns>Null if there is no such sweep.</returns>
    public static async Task<ReportContent?> ReadAsync(
        PieDbContext db, Guid id, FigureSlots slots, CancellationToken cancellation)
    {
        var comparisons = new ComparisonFilter { PageSize = PageQuery.MaxPageSize };
        var runs = new RunFilter { PageSize = PageQuery.MaxPageSize };
        if (await SweepQuery.FindAsync(db, id, cancellation) is not { } sweep
            || await AnalysisTable.FindAsync(db, id, comparisons, cancellation) is not { } scope
            || await FigureScope.FindAsync(db, id, cancellation) is not { } figures) return null;
        var dataset = await db.KnownDatasets.AsNoTracking()
            .SingleAsync(known => known.Dataset.Id == sweep.DatasetId, cancellation);
        return new(
            sweep, DatasetResponse.Of(dataset),
            await AnalysisTable.Rows(db, scope, comparisons).PageAsync(comparisons, cancellation),
            await RunTable.Rows(db, scope, runs).PageAsync(runs, cancellation),
            await FiguresAsync(db, figures, slots, cancellation));
    }

    private static async Task<IReadOnlyList<ReportFigure>> FiguresAsync(
        PieDbContext db, FigureScope scope, FigureSlots slots, CancellationToken cancellation)
    {
        if (!scope.HasLabels) return [];
        var figures = new List<ReportFigure>();
        var models = scope.Comparisons.Where(comparison => comparison.Summary is not null)
            .Select(comparison => comparison.Model).Distinct().Take(MostModels).ToList();
        foreach (var kind in FigureEndpoints.All.Where(kind => kind.WhyNot(scope) is null))
        {
            foreach (var model in models)
            {
                if (await TryReadAsync(kind, model) is not { } figure) continue;
                var svg = await slots.DrawAsync(() => Task.Run(() => figure.Svg(), cancellation), cancellation);
                figures.Add(new(kind.Name, figure.Title, figure.Caption, svg));
            }
        }
        return figures;

        // Another model of the sweep may be the one that has the data of this figure.
        async Task<Figure?> TryReadAsync(SweepFigure kind, string model)
        {
            try
            {
                return await kind.ReadAsync(db, scope, new FigureQuery { Model = model }, cancellation);
            }
            catch (InvalidRequestException)
            {
                return null;
            }
        }
    }
}

/// <param name="Svg">Uses the font of the report.</param>
public sealed record ReportFigure(string Name, string Title, string Caption, string Svg);
