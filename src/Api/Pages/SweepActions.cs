using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Access;
using PieService.Api.Http;
using PieService.Api.Sweeps;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

/// <summary>The buttons of the page of a sweep: the operations of the API, which lead back to the page.</summary>
public static class SweepActions
{
    private const string Path = "/sweeps/{id:guid}";

    public static void MapSweepActions(this IEndpointRouteBuilder pages)
    {
        pages.MapPost(Path + "/pause", PauseAsync).WithName("pauseSweepOnPage");
        pages.MapPost(Path + "/resume", ResumeAsync).WithName("resumeSweepOnPage");
        pages.MapPost(Path + "/retry-failed", RetryAsync).WithName("retryFailedRunsOnPage");
        pages.MapGet(Path + "/cancel", AskToCancelAsync);
        pages.MapPost(Path + "/cancel", CancelAsync).WithName("cancelSweepOnPage");
        pages.MapGet(Path + "/delete", AskToDeleteAsync);
        pages.MapPost(Path + "/delete", DeleteAsync).WithName("deleteSweepOnPage");
    }

    private static async Task<IResult> PauseAsync(
        Guid id, PieDbContext db, SweepStore store, HttpResponse response, CancellationToken cancellation) =>
        PageAnswer.Of(await SweepEndpoints.Pause(id, new(new()), db, store, response, cancellation));

    private static async Task<IResult> ResumeAsync(
        Guid id, PieDbContext db, SweepStore store, HttpResponse response, CancellationToken cancellation) =>
        PageAnswer.Of(await SweepEndpoints.Resume(id, new(new()), db, store, response, cancellation));

    private static async Task<IResult> RetryAsync(
        Guid id, PieDbContext db, SweepStore store, HttpResponse response, CancellationToken cancellation) =>
        PageAnswer.Of(await SweepEndpoints.RetryFailed(id, new(new()), db, store, response, cancellation));

    private static async Task<IResult> CancelAsync(
        Guid id, PieDbContext db, SweepStore store, HttpResponse response, CancellationToken cancellation) =>
        PageAnswer.Of(await SweepEndpoints.Cancel(id, new(new()), db, store, response, cancellation));

    private static async Task<IResult> DeleteAsync(Guid id, SweepStore store, CancellationToken cancellation)
    {
        var answer = await SweepEndpoints.Delete(id, new(new()), store, cancellation);
        return answer.Result is NoContent ? PageAnswer.See($"{Browsing.Path}/sweeps") : answer.Result;
    }

    private static Task<IResult> AskToCancelAsync(
        Guid id, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation) =>
        AskAsync(
            id, "Cancel", "Its runs stop, unless another sweep needs them; finished runs are kept.", "Cancel the sweep",
            "cancel", db, cancellation);

    private static Task<IResult> AskToDeleteAsync(
        Guid id, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation) =>
        AskAsync(
            id, "Delete", "Its comparisons are deleted too, and the runs that no other sweep contains.",
            "Delete the sweep", "delete", db, cancellation);

    private static async Task<IResult> AskAsync(
        Guid id, string what, string sentence, string button, string action, PieDbContext db,
        CancellationToken cancellation)
    {
        var name = await db.Sweeps.Where(sweep => sweep.Id == id).Select(sweep => sweep.Name)
            .SingleOrDefaultAsync(cancellation);
        if (name is null) return Problems.NotFound("sweep", id);
        var address = $"{Browsing.Path}/sweeps/{id}";
        return ConfirmPage.Of(new(
            $"{what} {name}?", "Sweeps", [("Sweeps", $"{Browsing.Path}/sweeps"), (name, address)], sentence, button,
            $"{address}/{action}"));
    }
}
