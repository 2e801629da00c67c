using PieService.Domain;
using PieService.Domain.Storage;

namespace PieService.Api.Backups;

/// <summary>
/// The files of the artifact folder that a snapshot names. Checkpoints that will be replaced soon are opened at once:
/// an open file can be read to its end although it is removed meanwhile.
/// </summary>
internal sealed class SavedArtifacts : IDisposable
{
    private readonly string own;
    private readonly Dictionary<string, FileStream?> open;

    private SavedArtifacts(string own, bool hasStore, IReadOnlyList<ArtifactRow> rows)
    {
        (this.own, HasStore, Rows) = (own, hasStore, rows);
        open = rows.Where(row => row.IsReplacedSoon).ToDictionary(row => row.Path, OpenFile);
    }

    /// <summary>
    /// Whether the artifact folder has an identity. Without one it is not mounted, or no worker has ever used it.
    /// </summary>
    public bool HasStore { get; }

    /// <summary>The files that the artifact folder of this machine should have.</summary>
    public IReadOnlyList<ArtifactRow> Rows { get; }

    /// <summary>Whether each checkpoint that will be replaced soon was still there.</summary>
    public bool AreOpen => !open.ContainsValue(null);

    /// <param name="withCheckpoints">Whether checkpoints are wanted; otherwise only kept models.</param>
    public static async Task<SavedArtifacts> OpenAsync(
        PieDbContext db, PieFolders folders, bool withCheckpoints, CancellationToken cancellation)
    {
        var store = ArtifactStore.Existing(folders);
        var rows = await RestoredDatabase.ArtifactsAsync(db, cancellation);
        var installation = await RestoredDatabase.InstallationAsync(db, cancellation);
        return new SavedArtifacts(
            folders.ArtifactsOf(installation),
            store is not null,
            [
                .. rows.Where(row => row.IsModel || (withCheckpoints && (store is null || row.Store == store)))
                    .Where(row => BackupManifest.ArtifactOf(BackupManifest.NameOf(row.Path)) is not null),
            ]);
    }

    /// <summary>Returns null if the file does not exist. The caller disposes of it.</summary>
    public FileStream? Open(ArtifactRow row) => open.Remove(row.Path, out var held) ? held : OpenFile(row);

    public void Dispose()
    {
        foreach (var file in open.Values) file?.Dispose();
    }

    private FileStream? OpenFile(ArtifactRow row)
    {
        try
        {
            return new FileStream(
                Path.Combine(own, row.Path), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        }
        catch (Exception absent) when (absent is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
