using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Access;
using PieService.Api.Http;
using PieService.Api.Uploads;
using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Storage;

namespace PieService.Api.Datasets;

/// <summary>Shows what an import would store, and stores nothing.</summary>
public static class DatasetPlanEndpoint
{
    public const string Operation = "planDataset";

    private const int MostSameContent = 100;

    public static void MapDatasetPlan(this IEndpointRouteBuilder datasets, UploadSettings settings) =>
        datasets.MapPost("/plan", Plan).WithName(Operation)
            .WithMetadata(
                new RequestSizeLimitAttribute(settings.RequestBytes), new OutsideRequestLimit(), new ChangesNothing())
            .ProducesProblem(400).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422);

    /// <summary>Reads an upload as importDataset does, and stores nothing.</summary>
    /// <remarks>
    /// The body is that of importDataset, and the errors are the same. The response has what was detected in the files,
    /// labels, splits, contentHash and quality of the dataset that an import would create, the datasets with the same
    /// content, and the first ten examples of each split. The files are read while the client waits, and reading stops
    /// if the client disconnects.
    /// </remarks>
    internal static async Task<Results<Ok<DatasetPlanResponse>, ProblemHttpResult>> Plan(
        Query<NoQuery> _, HttpContext http, UploadSettings settings, ReadLimits limits, PieDbContext db,
        UploadPlaces places, CancellationToken cancellation)
    {
        using var folder = new UploadFolder(settings);
        var upload = await DatasetUpload.ReceiveAsync(http.Request, folder, cancellation);
        var definition = upload.CheckedDefinition();
        return await places.ReadAsync<DatasetPlanResponse>(http, async () =>
        {
            try
            {
                var source = SourceDataset.Read(definition, upload.Parts, limits, cancellation);
                var same = await db.Datasets.Where(dataset => dataset.ContentHash == source.ContentHash)
                    .OrderBy(dataset => dataset.Id).Select(dataset => dataset.Id).Take(MostSameContent)
                    .ToListAsync(cancellation);
                return TypedResults.Ok(DatasetPlanResponse.Of(source, same, cancellation));
            }
            catch (UnreadableFileException content)
            {
                return UnreadableContent.Of(content);
            }
        });
    }
}
