using PieService.Api.Http;
using PieService.Api.Lists;
using PieService.Api.Models;
using PieService.Domain.Runs;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

/// <summary>The word vectors and checkpoints of the live workers.</summary>
public partial class ModelListPage : HtmlPage<ModelListPage.Content>
{
    public sealed record Content(ModelFilter Filter, Page<ModelFile> Models);

    public static async Task<IResult> ShowAsync(
        Query<ModelFilter> query, PieDbContext db, CancellationToken cancellation) =>
        Render<ModelListPage>(
            new Content(query.Value, (await ModelEndpoints.List(query, db, cancellation)).Value!));
}
