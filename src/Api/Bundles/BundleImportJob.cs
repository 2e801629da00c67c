using Microsoft.AspNetCore.Mvc;
using PieService.Api.Http;
using PieService.Api.Uploads;
using PieService.Domain.Bundles;
using PieService.Domain.Files;
using PieService.Domain.Storage;

namespace PieService.Api.Bundles;

/// <summary>The import of a bundle in the background.</summary>
/// <param name="file">It counts the bytes of all readings.</param>
public sealed class BundleImportJob(
    Guid id, SourceFile file, UploadFolder folder, BundleImport store, ReadLimits limits)
    : ImportJob(
        id, file.Name, folder, Bundle.Readings * new FileInfo(file.Path).Length, file.Meter!)
{
    public override async Task<ProblemDetails?> RunAsync(
        Func<PieDbContext, StoredImport, Task> complete, CancellationToken cancellation)
    {
        try
        {
            var bundle = Bundle.Read(file with { Cancellation = cancellation }, limits, cancellation);
            await store.StoreAsync(bundle, Id, (db, stored) => complete(db, Of(stored, bundle)), cancellation);
            return null;
        }
        catch (UnreadableFileException content)
        {
            return UnreadableContent.Of(content).ProblemDetails;
        }
        catch (BundleConflictException conflict)
        {
            return Problems.Conflict(conflict.Message).ProblemDetails;
        }
    }

    private static StoredImport Of(StoredBundle stored, Bundle bundle) => new(
        stored.DatasetId, stored.DatasetIsNew ? bundle.Dataset.Splits.Sum(split => split.Examples) : 0)
    {
        SweepId = stored.SweepId,
        Bundle = new(stored.IsNew, stored.DatasetIsNew, stored.Added, stored.Linked, stored.Differing),
    };
}
