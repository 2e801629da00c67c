using Microsoft.EntityFrameworkCore;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.SweepAnalysis;
using PieService.Api.Sweeps;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

public partial class SweepListPage : HtmlPage<SweepListPage.Content>
{
    /// <param name="Datasets">The names of the datasets of the sweeps.</param>
    /// <param name="Results">The main numbers of the sweeps that have labels.</param>
    public sealed record Content(
        SweepFilter Filter, Page<SweepResponse> Sweeps, IReadOnlyDictionary<Guid, string> Datasets,
        IReadOnlyDictionary<Guid, SweepResults> Results);

    public static async Task<IResult> ShowAsync(
        Query<SweepFilter> query, PieDbContext db, CancellationToken cancellation)
    {
        var sweeps = await SweepQuery.ListAsync(db, query.Value, cancellation);
        var ids = sweeps.Items.Select(sweep => sweep.DatasetId).ToHashSet();
        var names = await db.Datasets.Where(dataset => ids.Contains(dataset.Id))
            .ToDictionaryAsync(dataset => dataset.Id, dataset => dataset.Name, cancellation);
        return Render<SweepListPage>(new Content(
            query.Value, sweeps, names,
            await SweepResults.OfAsync(db, [.. sweeps.Items.Select(sweep => sweep.Id)], cancellation)));
    }
}
