using PieService.Api.Http;
using PieService.Domain.Pies;
using PieService.Domain.Storage;

namespace PieService.Api.Figures;

/// <summary>A kind of figure of a sweep: its name, whether a sweep has it, and how its content is read.</summary>
/// <param name="name">The name in the address.</param>
/// <param name="parameters">The query parameters that decide its content.</param>
public abstract class SweepFigure(string name, string title, params IReadOnlyList<string> parameters)
{
    public string Name => name;

    public string Title => title;

    public IReadOnlyList<string> Parameters => parameters;

    /// <summary>Returns why a sweep with labelled comparisons does not have this figure; null if it has.</summary>
    public abstract string? WhyNot(FigureScope scope);

    /// <summary>Reads the figure of the model that the query names, or of the first model that has it.</summary>
    /// <param name="db">Reads from one snapshot of the database, from which the scope was read too.</param>
    /// <exception cref="InvalidRequestException">
    /// The query names something that the sweep does not have.
    /// </exception>
    /// <exception cref="FigureMissingException">The sweep no longer has all data of the figure.</exception>
    public Task<Figure> ReadAsync(
        PieDbContext db, FigureScope scope, FigureQuery query, CancellationToken cancellation) =>
        ReadModelAsync(
            db, scope, query.Model is null ? query with { Model = FirstModel(scope, query) } : query, cancellation);

    /// <param name="query">Names a model, unless no model has the figure.</param>
    protected abstract Task<Figure> ReadModelAsync(
        PieDbContext db, FigureScope scope, FigureQuery query, CancellationToken cancellation);

    private string? FirstModel(FigureScope scope, FigureQuery query) => scope.Models.FirstOrDefault(model =>
        scope.Of(query with { Model = model }) is { HasLabels: true } ofModel && WhyNot(ofModel) is null);

    /// <param name="reason">Why a figure shows one method.</param>
    protected static void OneMethod(FigureQuery query, string reason)
    {
        if (query.ChosenMethods is { Count: > 1 })
            throw new InvalidRequestException([new("methods", $"must be one method: {reason}")]);
    }

    /// <summary>Why predictions that were imported have no figure over the sparsity.</summary>
    protected static string? NotOverSparsity(FigureScope scope) =>
        CohortKind.Of(scope.Sweep.Origin).HasTargets ? null
        : "The cohorts of imported predictions have no target sparsity. GET /sweeps/{id}/comparisons has their scores "
            + "and PIE rates.";
}
