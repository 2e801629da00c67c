using System.Data;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Figures;
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
        figure.Title, $"{figure.Explanation} {figure.Source.ShortCaption}", path, parameters);

    /// <summary>The available figures of a sweep; none if there is no such sweep.</summary>
    /// <param name="model">The model that is selected; null for the first one that has the figure.</param>
    /// <param name="hasCaptions">
    /// Whether to read the captions: not while the sweep is at work, when its page is requested again and again.
    /// </param>
    public static async Task<IReadOnlyList<ShownFigure>> OfSweepAsync(
        PieDbContext db, Guid id, string? model, bool hasCaptions, CancellationToken cancellation)
    {
        await using var snapshot = await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellation);
        if (await FigureScope.FindAsync(db, id, cancellation) is not { } scope) return [];
        if (model is not null) scope = scope.OfModel(model);
        if (!scope.HasLabels) return [];
        var parameters = new Dictionary<string, string>();
        if (model is not null) parameters.Add("model", model);
        var shown = new List<ShownFigure>();
        foreach (var kind in FigureEndpoints.All.Where(kind => kind.WhyNot(scope) is null))
        {
            var path = $"/sweeps/{id}/figures/{kind.Name}";
            try
            {
                shown.Add(hasCaptions
                    ? Of(await kind.ReadAsync(db, scope, new FigureQuery { Model = model }, cancellation), path, parameters)
                    : new(kind.Title, null, path, parameters));
            }
            catch (FigureMissingException)
            {
                // The sweep no longer has all data of this figure.
            }
        }
        return shown;
    }
}
