using PieService.Domain.Datasets;

namespace PieService.Api.Datasets;

/// <summary>An import whose files are on the disk of this process.</summary>
public sealed record ImportJob(
    Guid Id, DatasetDefinition Definition, IReadOnlyList<DatasetPart> Parts, UploadFolder Folder) : IDisposable
{
    private readonly CancellationTokenSource cancel = new();

    /// <summary>Signals that a request has cancelled the import.</summary>
    public CancellationToken Cancelled => cancel.Token;

    /// <summary>
    /// The number of bytes to read: the files are read several times, to check, to measure and to store them.
    /// </summary>
    public long BytesTotal { get; } =
        SourceDataset.Readings(Definition) * Parts.Sum(part => new FileInfo(part.Path).Length);

    public long BytesRead => Parts[0].Meter?.Bytes ?? 0;

    public void Cancel() => cancel.Cancel();

    /// <summary>The token source is not disposed: it may still be read and holds no resources.</summary>
    public void Dispose() => Folder.Dispose();
}
