using System.Data;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Comparisons;
using PieService.Api.Figures;
using PieService.Domain;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

/// <summary>A figure on a page about its sweep.</summary>
/// <param name="Caption">What the marks mean, with the numbers behind them; null if it was not read.</param>
/// <param name="Path">The address of the figure below that of the API, and below that of the pages.</param>
/// <param name="Parameters">What the figure shows, under the names of the API.</param>
public sealed record ShownFigure(
    string Title, string? Caption, string Path, IReadOnlyDictionary<string, string> Parameters)
{
    public static ShownFigure Of(
        Figure figure, string path, IReadOnlyDictionary<string, string> parameters) => new(
        figure.Title, figure.ShortCaption, path, parameters);

    /// <summary>The available figures of a sweep; none if the sweep does not exist.</summary>
    /// <param name="filter">The model, the baseline and the split that are selected; by default those of the figure.
    /// </param>
    /// <param name="hasCaptions">
    /// Whether to read the captions: not while the sweep is at work, when its page is requested again and again.
    /// </param>
    public static async Task<IReadOnlyList<ShownFigure>> OfSweepAsync(
        PieDbContext db, Guid id, ComparisonFilter filter, bool hasCaptions, CancellationToken cancellation)
    {
        await using var snapshot = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        if (await FigureScope.FindAsync(db, id, cancellation) is not { } scope) return [];
        var query = new FigureQuery { Model = filter.Model, Baseline = filter.Baseline, Split = filter.Split };
        scope = scope.Of(query);
        if (!scope.HasLabels) return [];
        var shown = new List<ShownFigure>();
        foreach (var kind in FigureEndpoints.All.Where(kind => kind.WhyNot(scope) is null))
        {
            var path = $"/sweeps/{id}/figures/{kind.Name}";
            // Figures of the training split have no choice of a split.
            var selected = kind.Parameters.Contains("split") ? query : query with { Split = null };
            var parameters = ParametersOf(selected);
            try
            {
                shown.Add(hasCaptions
                    ? Of(await kind.ReadAsync(db, scope, selected, cancellation), path, parameters)
                    : new(kind.Title, null, path, parameters));
            }
            catch (FigureMissingException)
            {
                // The sweep no longer has all data of this figure.
            }
        }
        return shown;
    }

    private static Dictionary<string, string> ParametersOf(FigureQuery query)
    {
        var parameters = new Dictionary<string, string>();
        if (query.Model is { } model) parameters.Add("model", model);
        if (query.Baseline is { } baseline) parameters.Add("baseline", Wire.Name(baseline));
        if (query.Split is { } split) parameters.Add("split", Wire.Name(split));
        return parameters;
    }
}
