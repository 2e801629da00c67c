using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Datasets;
using PieService.Api.Http;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

/// <summary>One example in its dataset, with its neighbours if the address asks for them.</summary>
public partial class ExamplePage : HtmlPage<ExamplePage.Content>
{
    private const int SweepsShown = 20;

    private static readonly NeighbourTable Table = new();

    /// <param name="Sweeps">The newest sweeps that predicted the split of the example.</param>
    /// <param name="Neighbours">Null if the address has no filter, because the search reads all texts.</param>
    /// <param name="Similarity">The similarity of the neighbours, by their ids.</param>
    public sealed record Content(
        ExampleResponse Example, string Dataset, IReadOnlyList<(Guid Id, string Name)> Sweeps, NeighbourFilter Filter,
        IReadOnlyList<ExampleLine>? Neighbours, IReadOnlyDictionary<Guid, string> Similarity);

    public static async Task<IResult> ShowAsync(
        Guid id, Query<NeighbourFilter> query, HttpRequest request, PieDbContext db, CancellationToken cancellation)
    {
        var found = await ExampleEndpoints.Get(id, new(new()), db, cancellation);
        if (found.Result is not Ok<ExampleResponse> { Value: { } example }) return found.Result;
        var dataset = await db.Datasets.Where(one => one.Id == example.DatasetId).Select(one => one.Name)
            .SingleAsync(cancellation);
        var sweeps = await db.Sweeps
            .Where(sweep => db.Comparisons.Any(
                comparison => comparison.SweepId == sweep.Id && comparison.Split == example.Split
                    && comparison.LabelledAt != null) && sweep.DatasetId == example.DatasetId)
            .OrderByDescending(sweep => sweep.Id).Take(SweepsShown).Select(sweep => new { sweep.Id, sweep.Name })
            .ToListAsync(cancellation);
        var neighbours = request.Query.Count == 0 ? null
            : (await Table.FindAsync(db, id, query.Value, cancellation))?.Neighbours;
        return Render<ExamplePage>(new Content(
            example, dataset, [.. sweeps.Select(sweep => (sweep.Id, sweep.Name))], query.Value,
            neighbours?.Select(ExampleLine.Of).ToList(),
            neighbours?.ToDictionary(
                row => row.Id, row => row.Similarity is { } cosine ? Shown.Small(cosine) : $"{row.Tokens} tokens")
                ?? []));
    }

    private string Address => $"/api/v1/examples/{Model.Example.Id}";

    private IReadOnlyList<(string Name, string Address)> Crumbs =>
        [("Datasets", "/ui/datasets"), (Model.Dataset, $"/ui/datasets/{Model.Example.DatasetId}")];
}
