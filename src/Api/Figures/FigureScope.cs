using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Comparisons;
using PieService.Api.Http;
using PieService.Domain;
using PieService.Domain.Datasets;
using PieService.Domain.Pies;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.Figures;

/// <summary>A sweep with its dataset and its comparisons, of which a figure selects some.</summary>
/// <param name="Splits">Those of the dataset.</param>
/// <param name="Comparisons">In the order of the request.</param>
public sealed record FigureScope(
    Sweep Sweep, string Dataset, string ContentHash, LearningTask Task, string[] Labels,
    IReadOnlyList<SplitSummary> Splits, IReadOnlyList<Comparison> Comparisons)
{
    public bool HasLabels => Comparisons.Any(comparison => comparison.Summary is not null);

    /// <summary>Whether there are comparisons on a split, labelled or not.</summary>
    public bool IsComparedOn(Split split) => Comparisons.Any(comparison => comparison.Split == split);

    /// <summary>The names of the models in the order of the request.</summary>
    public IEnumerable<string> Models => Comparisons.Select(comparison => comparison.Model).Distinct();

    /// <summary>The comparisons of the model, the baseline and the split that a query names.</summary>
    public FigureScope Of(FigureQuery query) => this with
    {
        Comparisons =
        [
            .. Comparisons.Where(comparison => (query.Model is null || comparison.Model == query.Model)
                && (query.Baseline is null || comparison.Baseline == query.Baseline)
                && (query.Split is null || comparison.Split == query.Split)),
        ],
    };

    /// <returns>Null if there is no such sweep.</returns>
    public static async Task<FigureScope?> FindAsync(PieDbContext db, Guid id, CancellationToken cancellation)
    {
        var found = await (from sweep in db.Sweeps
                           join dataset in db.Datasets on sweep.DatasetId equals dataset.Id
                           where sweep.Id == id
                           select new
                           {
                               sweep,
                               dataset.Name,
                               dataset.ContentHash,
                               dataset.Task,
                               dataset.Labels,
                               dataset.Splits,
                           })
            .AsNoTracking().SingleOrDefaultAsync(cancellation);
        if (found is null) return null;
        var comparisons = await db.Comparisons.Where(comparison => comparison.SweepId == id)
            .OrderBy(comparison => comparison.Ordinal).AsNoTracking().ToListAsync(cancellation);
        return new(
            found.sweep, found.Name, found.ContentHash, found.Task, found.Labels, found.Splits, comparisons);
    }

    /// <summary>One of the examples of the dataset, with the votes of these comparisons on it.</summary>
    public Task<(SweepExample? Found, ProblemHttpResult? Problem)> FindExampleAsync(
        PieDbContext db, Guid exampleId, CancellationToken cancellation) => SweepExample.FindAsync(
        db, Sweep.Id, Sweep.DatasetId, Task, Labels, Comparisons, exampleId, cancellation);

    /// <summary>
    /// Selects the comparisons of one model, one baseline and one split, of which at least one is labelled.
    /// </summary>
    /// <param name="usual">The split if the query names none and there are labelled comparisons on it.</param>
    /// <exception cref="InvalidRequestException">
    /// The query names something that the sweep does not have, or that is not labelled yet.
    /// </exception>
    public SelectedCohorts Select(FigureQuery query, Split usual)
    {
        IReadOnlyList<Comparison> selected = Comparisons;
        var model = Only("model", comparison => comparison.Model, query.Model, name => name);
        var split = Only(
            "split", comparison => comparison.Split,
            query.Split
                ?? (selected.Any(row => row.Summary is not null && row.Split == usual) ? usual : null),
            Wire.Name);
        var baseline = Only("baseline", comparison => comparison.Baseline, query.Baseline, Wire.Name);
        if (query.Sparsity is not null)
            Only("sparsity", comparison => comparison.Sparsity, query.Sparsity, Drawing.NumberText.Percent);
        if (query.ChosenMethods is { } methods)
        {
            var known = selected.Select(comparison => comparison.Method).Distinct().ToList();
            foreach (var method in methods.Except(known))
                throw Unknown("methods", Wire.Name(method), known.Select(Wire.Name));
            Keep("methods", query.Methods!, comparison => methods.Contains(comparison.Method));
        }
        return new(this, model, baseline, split, selected);

        T Only<T>(string field, Func<Comparison, T> of, object? asked, Func<T, string> name)
        {
            var value = asked is T given ? given : of(selected.First(comparison => comparison.Summary is not null));
            if (selected.All(comparison => !Equals(of(comparison), value)))
                throw Unknown(field, name(value), selected.Select(of).Distinct().Select(name));
            Keep(field, name(value), comparison => Equals(of(comparison), value));
            return value;
        }

        void Keep(string field, string value, Func<Comparison, bool> isKept)
        {
            selected = [.. selected.Where(isKept)];
            if (selected.All(comparison => comparison.Summary is null))
                throw new InvalidRequestException([new(field, $"{value} has no comparison that is labelled yet")]);
        }
    }

    private static InvalidRequestException Unknown(string field, string value, IEnumerable<string> known) =>
        new([new(field, $"{value} is not in the selected comparisons, which have: {string.Join(", ", known)}")]);
}
