using Microsoft.EntityFrameworkCore;
using PieService.Api.Datasets;
using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Domain.Datasets;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

public partial class DatasetListPage : HtmlPage<DatasetListPage.Content>
{
    /// <param name="Sweeps">The number of sweeps of each dataset that has some.</param>
    /// <param name="AtWork">The imports that have not ended.</param>
    public sealed record Content(
        Page<DatasetResponse> Datasets, IReadOnlyDictionary<Guid, int> Sweeps, IReadOnlyList<Import> AtWork);

    public static async Task<IResult> ShowAsync(
        Query<PageQuery> query, PieDbContext db, CancellationToken cancellation)
    {
        var datasets = (await DatasetEndpoints.List(query, db, cancellation)).Value!;
        var ids = datasets.Items.Select(dataset => dataset.Id).ToHashSet();
        var sweeps = await db.Sweeps.Where(sweep => ids.Contains(sweep.DatasetId)).GroupBy(sweep => sweep.DatasetId)
            .ToDictionaryAsync(sweeps => sweeps.Key, sweeps => sweeps.Count(), cancellation);
        var atWork = await db.Imports.AsNoTracking()
            .Where(import => import.State == ImportState.Queued || import.State == ImportState.Running)
            .OrderByDescending(import => import.Id).ToListAsync(cancellation);
        return Render<DatasetListPage>(new Content(datasets, sweeps, atWork));
    }
}
