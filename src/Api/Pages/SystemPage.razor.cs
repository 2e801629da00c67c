using PieService.Api.Http;
using PieService.Api.Models;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

/// <summary>The service and its workers.</summary>
public partial class SystemPage : HtmlPage<SystemResponse>
{
    public static async Task<IResult> ShowAsync(
        Query<NoQuery> query, PieDbContext db, CancellationToken cancellation) =>
        Render<SystemPage>((await SystemEndpoints.System(query, db, cancellation)).Value!);
}
