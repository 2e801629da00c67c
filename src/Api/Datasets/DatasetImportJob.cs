using Microsoft.AspNetCore.Mvc;
using PieService.Api.Uploads;
using PieService.Domain.Datasets;
using PieService.Domain.Files;
using PieService.Domain.Storage;

namespace PieService.Api.Datasets;

/// <summary>The import of a dataset in the background.</summary>
public sealed class DatasetImportJob(
    Guid id, DatasetDefinition definition, IReadOnlyList<DatasetPart> parts, UploadFolder folder, DatasetImport store,
    ReadLimits limits)
    : ImportJob(
        id, definition.Name!, folder,
        SourceDataset.Readings(definition) * parts.Sum(part => new FileInfo(part.Path).Length), parts[0].Meter!)
{
    public override async Task<ProblemDetails?> RunAsync(
        Func<PieDbContext, StoredImport, Task> complete, CancellationToken cancellation)
    {
        try
        {
            var source = SourceDataset.Read(definition, parts, limits, cancellation);
            var stored = new StoredImport(Id, source.Splits.Sum(split => split.Examples));
            await store.StoreAsync(Id, source, db => complete(db, stored), cancellation);
            return null;
        }
        catch (UnreadableFileException content)
        {
            return UnreadableContent.Of(content).ProblemDetails;
        }
    }
}
