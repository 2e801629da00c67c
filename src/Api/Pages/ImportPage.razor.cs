using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using PieService.Api.Http;
using PieService.Api.Uploads;
using PieService.Domain;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

/// <summary>An upload that is read in the background.</summary>
public partial class ImportPage : HtmlPage<ImportResponse>
{
    public static async Task<IResult> ShowAsync(
        Guid id, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation) =>
        await ImportEndpoints.FindAsync(db, id, cancellation) is { } import
            ? Render<ImportPage>(import) : Problems.NotFound("import", id);

    public static async Task<IResult> CancelAsync(
        Guid id, PieDbContext db, ImportRows rows, CancellationToken cancellation) =>
        PageAnswer.Of(await ImportEndpoints.Cancel(id, new(new()), db, rows, cancellation));

    private bool IsAtWork => Model.FinishedAt is null;

    private ProblemDetails? Problem => Model.Problem?.Deserialize<ProblemDetails>(Json.Options);
}
