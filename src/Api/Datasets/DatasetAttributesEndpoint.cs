using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;
using PieService.Api.Http;
using PieService.Api.Uploads;
using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Storage;

namespace PieService.Api.Datasets;

/// <summary>Replaces the attributes of the examples of a dataset by those of a file.</summary>
public static class DatasetAttributesEndpoint
{
    private const string MediaType = "text/csv", FileName = "attributes";

    public static void MapDatasetAttributes(this IEndpointRouteBuilder datasets, UploadSettings settings) =>
        datasets.MapPut("/{id:guid}/attributes", Replace).WithName("replaceAttributes")
            .WithMetadata(new RequestSizeLimitAttribute(settings.RequestBytes), new OutsideRequestLimit())
            .Accepts<string>(MediaType)
            .ProducesProblem(400).ProducesProblem(404).ProducesProblem(413).ProducesProblem(415).ProducesProblem(422);

    /// <summary>Replaces the attributes of the examples of a dataset.</summary>
    /// <remarks>
    /// The body is a CSV file with a header row. Either the column sourceId, or the columns split and position,
    /// identify the examples; a file with both is refused. Every other column is an attribute, 1 to 20 of them, with
    /// values of at most 200 characters; attributes_ at the beginning of a column is not part of the attribute's name.
    /// An empty cell is not a value, and an example without a row has no attributes. If several examples have the same
    /// sourceId, its row is for all of them. Texts and labels, and therefore contentHash, do not change.
    /// </remarks>
    private static async Task<Results<Ok<DatasetResponse>, ProblemHttpResult>> Replace(
        Guid id, Query<NoQuery> _, HttpContext http, UploadSettings settings, ReadLimits limits, PieDbContext db,
        UploadPlaces places, CancellationToken cancellation)
    {
        if (!await db.Datasets.AnyAsync(dataset => dataset.Id == id, cancellation))
            return Problems.NotFound("dataset", id);
        if (!MediaTypeHeaderValue.TryParse(http.Request.ContentType, out var type)
            || !type.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase))
            throw new BadHttpRequestException(
                $"The body must be a CSV file, with the Content-Type {MediaType}.",
                StatusCodes.Status415UnsupportedMediaType);
        using var folder = new UploadFolder(settings);
        await using (var file = File.Create(folder.PathOf(FileName)))
            await http.Request.Body.CopyToAsync(file, cancellation);
        return await places.ReadAsync<DatasetResponse>(http, async () =>
        {
            try
            {
                var attributes = AttributeFile.Open(
                    new SourceFile(FileName, folder.PathOf(FileName)) { Cancellation = cancellation }, limits);
                if (!await DatasetAttributes.ReplaceAsync(db, id, attributes, cancellation))
                    return Problems.NotFound("dataset", id);
            }
            catch (UnreadableFileException content)
            {
                return UnreadableContent.Of(content);
            }
            return TypedResults.Ok(DatasetResponse.Of(
                await db.KnownDatasets.AsNoTracking().SingleAsync(known => known.Dataset.Id == id, cancellation)));
        });
    }
}
