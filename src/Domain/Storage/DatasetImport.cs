using Microsoft.EntityFrameworkCore;
using PieService.Domain.Datasets;

namespace PieService.Domain.Storage;

/// <summary>Stores a dataset and its examples in one transaction: all of it or nothing.</summary>
public sealed class DatasetImport(IDbContextFactory<PieDbContext> contexts, TimeProvider clock)
{
    /// <param name="alongWith">Runs in the same transaction, as its last step.</param>
    public async Task<Dataset> StoreAsync(
        Guid id, SourceDataset source, Func<PieDbContext, Task>? alongWith, CancellationToken cancellation)
    {
        var now = clock.GetUtcNow();
        // PostgreSQL stores microseconds: the response now must equal what is read later.
        var dataset = source.AsDataset(id, now.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond)));

        await using var db = await contexts.CreateDbContextAsync(cancellation);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellation);
        db.Datasets.Add(dataset);
        await db.SaveChangesAsync(cancellation);
        await ExampleCopy.WriteAsync(db, source.Examples(dataset.Id, cancellation), cancellation);
        if (alongWith is not null) await alongWith(db);
        await transaction.CommitAsync(cancellation);
        return dataset;
    }
}
