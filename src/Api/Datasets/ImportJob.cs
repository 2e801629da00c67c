using PieService.Domain.Datasets;

namespace PieService.Api.Datasets;

/// <summary>An import that this process has the files of.</summary>
public sealed record ImportJob(Guid Id, DatasetDefinition Definition, IReadOnlyList<DatasetPart> Parts, UploadFolder Folder) : IDisposable
{
    private readonly CancellationTokenSource cancel = new();

    /// <summary>Somebody has cancelled it.</summary>
    public CancellationToken Cancelled => cancel.Token;

    /// <summary>The files are read several times: to check them, to measure them, to store them.</summary>
    public long BytesTotal { get; } = SourceDataset.Readings(Definition) * Parts.Sum(part => new FileInfo(part.Path).Length);

    public long BytesRead => Parts[0].Meter?.Bytes ?? 0;

    public void Cancel() => cancel.Cancel();

    /// <summary>Its source of cancellation has nothing to free, and may still be asked.</summary>
    public void Dispose() => Folder.Dispose();
}
