using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Comparisons;
using PieService.Api.Figures;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.SweepAnalysis;
using PieService.Api.Sweeps;
using PieService.Domain;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

public partial class SweepPage : HtmlPage<SweepPage.Content>
{
    /// <param name="Comparisons">The main numbers of each comparison, as the table of analyses has them.</param>
    /// <param name="Figures">The figures that are available.</param>
    public sealed record Content(
        SweepResponse Sweep, string Dataset, Page<SweepAnalysisResponse> Comparisons,
        IReadOnlyList<FigureListItem> Figures);

    private static readonly SweepAnalysisTable Analyses = new();

    private static readonly JsonSerializerOptions Indented = new(Json.Options) { WriteIndented = true };

    public static async Task<IResult> ShowAsync(
        Guid id, Query<ComparisonFilter> query, PieDbContext db, CancellationToken cancellation)
    {
        var filter = query.Value;
        if (await SweepQuery.FindAsync(db, id, cancellation) is not { } sweep
            || await Analyses.FindAsync(db, id, filter, cancellation) is not { } scope)
            return Problems.NotFound("sweep", id);
        var comparisons = await Analyses.Rows(db, scope, filter).PageAsync(filter, cancellation);
        var dataset = await db.Datasets.Where(used => used.Id == sweep.DatasetId).Select(used => used.Name)
            .SingleAsync(cancellation);
        var figures = (await FigureEndpoints.ListAsync(db, id, cancellation) ?? []).Where(figure => figure.Available);
        return Render<SweepPage>(new Content(sweep, dataset, comparisons, [.. figures]));
    }

    private string Address => $"/api/v1/sweeps/{Model.Sweep.Id}";

    private string Figure(FigureListItem figure, string format, string parameters = "") =>
        $"{Address}/figures/{figure.Name}.{format}{parameters}";

    private bool IsAtWork => Model.Sweep.FinishedAt is null;

    private bool IsImported => Model.Sweep.Request is null;

    private IReadOnlyList<string> Doubts =>
        [.. Model.Sweep.Warnings.Select(warning => warning.Message), .. Model.Sweep.Unknowns];

    private string Request => JsonSerializer.Serialize(Model.Sweep.Request, Indented);
}
