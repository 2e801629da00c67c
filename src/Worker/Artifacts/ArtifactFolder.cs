using System.Globalization;
using PieService.Domain;
using PieService.Domain.Runs;
using PieService.Domain.Storage;
using PieService.Worker.Runs;

namespace PieService.Worker.Artifacts;

/// <summary>The identity of the database that this worker uses.</summary>
public sealed record Installation(Guid Id);

/// <summary>
/// The folder of checkpoints and kept models. It has a folder for each run and in it one for each lease, so that no two
/// workers write the same file. Workers that share the folder read the same identity in it; a worker that cannot reach
/// it trains without checkpoints.
/// </summary>
public sealed class ArtifactFolder(PieFolders folders, Installation installation)
{
    /// <summary>The folder of this database's runs; the runs of other databases have folders beside it.</summary>
    private string Own => folders.ArtifactsOf(installation.Id);

    private string Runs => Path.Combine(Own, "runs");

    /// <summary>
    /// Kept models remain when the folders of the runs are removed. A file belongs to one lease, as those folders do.
    /// </summary>
    private string Models => Path.Combine(Own, "models");

    /// <summary>
    /// The folder's identity, which its first user creates; null if the folder cannot be reached at the moment.
    /// </summary>
    public string? Store() => ArtifactStore.Identity(folders);

    /// <summary>The folder for the checkpoints of one lease; it is created with the first checkpoint.</summary>
    public string FolderOf(RunLease lease) =>
        Path.Combine(Runs, lease.RunId.ToString(), lease.Epoch.ToString(CultureInfo.InvariantCulture));

    /// <summary>
    /// The file for the model of the run under one lease; its folder is created with the first model.
    /// </summary>
    public string ModelFileOf(RunLease lease) => Path.Combine(Models, ModelFileName.Of(lease));

    /// <summary>The path as the database stores it: on other machines the folder may have another location.</summary>
    public string Relative(string path) => Path.GetRelativePath(Own, path);

    /// <summary>Returns null if the run has no checkpoint, or if this machine cannot access it.</summary>
    public CheckpointFile? CheckpointOf(Run? run) =>
        run is { CheckpointPath: { } path, CheckpointSha256: { } sha, CheckpointEpochs: { } epochs }
            && run.CheckpointStore == Store()
            && File.Exists(Path.Combine(Own, path))
            ? new CheckpointFile(Path.Combine(Own, path), sha, epochs)
            : null;

    /// <summary>
    /// The run's trained model: the kept model, else a dense run's last checkpoint; null if this machine has neither.
    /// </summary>
    public TrainedFile? TrainedModelOf(Run run) =>
        run.Model is { } kept && kept.Store == Store() && File.Exists(Path.Combine(Own, kept.Path))
            ? new(Path.Combine(Own, kept.Path), kept.Sha256)
        : CheckpointOf(run) is { } checkpoint && checkpoint.EpochsDone == run.EpochsTotal
        ? new(checkpoint.Path, checkpoint.Sha256)
        : null;

    /// <summary>All files among the models, unfinished ones too, with the lease that each belongs to.</summary>
    public IEnumerable<(string Path, RunLease Lease)> ModelFiles() =>
        from path in Directory.Exists(Models) ? Directory.EnumerateFiles(Models) : []
        let lease = ModelFileName.LeaseIn(path)
        where lease is not null
        select (path, lease);

    public IEnumerable<Guid> RunsWithFiles() =>
        !Directory.Exists(Runs) ? []
        : Directory.EnumerateDirectories(Runs)
            .Select(folder => Guid.TryParse(Path.GetFileName(folder), out var id) ? id : Guid.Empty)
            .Where(id => id != Guid.Empty);

    /// <summary>Removes the checkpoints before this one, which is already recorded in the database.</summary>
    public static void RemoveBefore(CheckpointFile checkpoint)
    {
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(checkpoint.Path)!, "checkpoint-*.safetensors"))
        {
            if (string.CompareOrdinal(file, checkpoint.Path) < 0) File.Delete(file);
        }
    }

    /// <summary>
    /// Removes all files that leases up to this one left of a run, and the run's folder if it is empty then.
    /// </summary>
    public void Remove(Guid run, long upToEpoch)
    {
        var folder = Path.Combine(Runs, run.ToString());
        foreach (var lease in Directory.Exists(folder) ? Directory.GetDirectories(folder) : [])
        {
            // A later lease belongs to a run that was queued again after the database was queried.
            if (long.TryParse(Path.GetFileName(lease), CultureInfo.InvariantCulture, out var epoch)
                && epoch <= upToEpoch)
                Directory.Delete(lease, recursive: true);
        }
        if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);
    }

    /// <summary>Removes the files that earlier leases of a run left, except the folder of its checkpoint.</summary>
    public void RemoveEarlier(Run run)
    {
        var folder = Path.Combine(Runs, run.Id.ToString());
        var kept = run.CheckpointPath is { } path ? Path.GetDirectoryName(Path.Combine(Own, path)) : null;
        foreach (var lease in Directory.Exists(folder) ? Directory.GetDirectories(folder) : [])
        {
            if (lease != kept && long.TryParse(Path.GetFileName(lease), CultureInfo.InvariantCulture, out var epoch)
                && epoch < run.LeaseEpoch)
                Directory.Delete(lease, recursive: true);
        }
    }
}
