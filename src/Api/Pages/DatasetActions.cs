using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Access;
using PieService.Api.Datasets;
using PieService.Api.Http;
using PieService.Api.Uploads;
using PieService.Domain.Storage;

namespace PieService.Api.Pages;

/// <summary>The imports, and the deletion of a dataset.</summary>
public static class DatasetActions
{
    public static void MapDatasetActions(this IEndpointRouteBuilder pages)
    {
        var bytes = pages.ServiceProvider.GetRequiredService<UploadSettings>().RequestBytes;
        pages.MapGet("/datasets/import", DatasetImportPage.Show);
        pages.MapPost("/datasets/import/plan", DatasetImportPage.PlanAsync).IsUpload(bytes)
            .WithMetadata(new ChangesNothing());
        pages.MapPost("/datasets/import", DatasetImportPage.ImportAsync).IsUpload(bytes)
            .WithName("importDatasetOnPage");
        pages.MapGet("/prediction-imports", PredictionImportPage.Show);
        pages.MapPost("/prediction-imports/plan", PredictionImportPage.PlanAsync).IsUpload(bytes)
            .WithMetadata(new ChangesNothing());
        pages.MapPost("/prediction-imports", PredictionImportPage.ImportAsync).IsUpload(bytes)
            .WithName("importPredictionsOnPage");
        pages.MapGet("/imports/{id:guid}", ImportPage.ShowAsync);
        pages.MapPost("/imports/{id:guid}/cancel", ImportPage.CancelAsync).WithName("cancelImportOnPage");
        pages.MapGet("/datasets/{id:guid}/delete", AskToDeleteAsync);
        pages.MapPost("/datasets/{id:guid}/delete", DeleteAsync).WithName("deleteDatasetOnPage");
    }

    private static RouteHandlerBuilder IsUpload(this RouteHandlerBuilder route, long bytes) =>
        route.WithMetadata(new RequestSizeLimitAttribute(bytes), new OutsideRequestLimit());

    private static async Task<IResult> DeleteAsync(Guid id, PieDbContext db, CancellationToken cancellation)
    {
        var answer = await DatasetEndpoints.Delete(id, new(new()), db, cancellation);
        return answer.Result is NoContent ? PageAnswer.See($"{Browsing.Path}/datasets") : answer.Result;
    }

    private static async Task<IResult> AskToDeleteAsync(
        Guid id, Query<NoQuery> _, PieDbContext db, CancellationToken cancellation)
    {
        var name = await db.Datasets.Where(dataset => dataset.Id == id).Select(dataset => dataset.Name)
            .SingleOrDefaultAsync(cancellation);
        if (name is null) return Problems.NotFound("dataset", id);
        var address = $"{Browsing.Path}/datasets/{id}";
        return ConfirmPage.Of(new(
            $"Delete {name}?", "Datasets", [("Datasets", $"{Browsing.Path}/datasets"), (name, address)],
            "Its examples are deleted too. A dataset that a sweep uses is not deleted.", "Delete the dataset",
            $"{address}/delete"));
    }
}
