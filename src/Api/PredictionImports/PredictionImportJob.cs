using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using PieService.Api.Uploads;
using PieService.Domain;
using PieService.Domain.Files;
using PieService.Domain.Foreign;
using PieService.Domain.Storage;
using PieService.Domain.Sweeps;

namespace PieService.Api.PredictionImports;

/// <summary>The import of predictions in the background.</summary>
public sealed class PredictionImportJob(
    Guid id, PredictionImport definition, PredictionUpload upload, UploadFolder folder, ImportedSweeps store,
    IDbContextFactory<PieDbContext> contexts, ReadLimits limits)
    : ImportJob(
        id, definition.Name!, folder,
        ForeignImport.Readings * upload.Files.Values.Sum(file => new FileInfo(file.Path).Length), upload.Meter)
{
    public override async Task<ProblemDetails?> RunAsync(
        Func<PieDbContext, StoredImport, Task> complete, CancellationToken cancellation)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellation);
        // The import may have waited: its dataset or its sweep can have changed since the definition was checked.
        var target = await ImportTarget.FindAsync(db, definition, cancellation);
        if (target.Check(definition, [.. upload.Files.Keys]) is { Count: > 0 } changed) return Changed(changed);
        if (target.Conflicts(definition) is { Count: > 0 } conflicts) return Changed(conflicts);

        var reading = target.Read(db, definition, upload.Files, limits, Folder, cancellation);
        if (reading.Predictions is not { } read) return PredictionProblems.Unreadable(reading.Errors).ProblemDetails;
        using var predictions = read;
        var import = target.Complete(definition);
        Task CompleteAsync(PieDbContext storing, Sweep sweep) => complete(
            storing, new StoredImport(sweep.DatasetId, import.Dataset!.Id is null ? read.Counts.Examples : 0)
            {
                SweepId = sweep.Id,
                Read = read.Counts,
            });
        if (target.Sweep is null) await store.AddAsync(Id, import, read, CompleteAsync, cancellation);
        else if (await store.ExtendAsync(import, read, CompleteAsync, cancellation) is { Count: > 0 } meanwhile)
            return Changed(meanwhile);
        return null;
    }

    private static ProblemDetails Changed(IReadOnlyList<FieldError> errors) =>
        PredictionProblems.Changed(errors).ProblemDetails;
}
