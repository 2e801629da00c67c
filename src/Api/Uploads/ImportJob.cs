using Microsoft.AspNetCore.Mvc;
using PieService.Domain.Files;
using PieService.Domain.Storage;

namespace PieService.Api.Uploads;

/// <summary>An import whose files are on the disk of this process.</summary>
/// <param name="id">The id of the import, and of what it creates.</param>
/// <param name="name">The name of what it creates.</param>
/// <param name="bytesTotal">The number of bytes of all readings of the files.</param>
/// <param name="meter">Counts the bytes of all readings.</param>
public abstract class ImportJob(Guid id, string name, UploadFolder folder, long bytesTotal, ReadMeter meter)
    : IDisposable
{
    private readonly CancellationTokenSource cancel = new();
    private bool disposed;

    public Guid Id => id;

    public string Name => name;

    public long BytesTotal => bytesTotal;

    public long BytesRead => meter.Bytes;

    protected UploadFolder Folder => folder;

    /// <summary>Signals that a request has cancelled the import.</summary>
    public CancellationToken Cancelled => cancel.Token;

    /// <summary>Reads the files, and stores what they have in one transaction.</summary>
    /// <param name="complete">The last step of that transaction: it records that the import has succeeded.</param>
    /// <returns>The reason why nothing was stored; null if everything was.</returns>
    public abstract Task<ProblemDetails?> RunAsync(
        Func<PieDbContext, StoredImport, Task> complete, CancellationToken cancellation);

    public void Cancel() => cancel.Cancel();

    /// <summary>
    /// Deletes the files; a second call does nothing. The token source is not disposed: it may still be read and holds
    /// no resources.
    /// </summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, true)) return;
        folder.Dispose();
        GC.SuppressFinalize(this);
    }
}
